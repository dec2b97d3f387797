/** What of the day's answers is left, in words, and what a visitor may still do. */

import type { Locale } from "../locale.js";
import { counted, fill } from "./texts.js";
import { clockTime } from "./time.js";
import type { Comment, Quota, Settings, Visitor } from "./types.js";

/** "3 of 5 AI answers left today"; empty when there is no limit. */
export function quotaText(quota: Quota | null, now: number, { lang, texts }: Locale): string {
  if (!quota || quota.limit === null) return "";
  if (quota.limit === 0) return texts.quotaNone;
  const left = quota.left ?? 0;
  return left === 0
    ? fill(texts.quotaGone, { time: clockTime(quota.resets_at, now, lang) })
    : fill(counted(texts.quotaLeft, quota.limit, lang), { left: `${left}` });
}

export function isUsedUp(quota: Quota | null | undefined): boolean {
  return !!quota && quota.limit !== null && !quota.left;
}

export function isOwn(comment: Comment, visitor: Visitor | null): boolean {
  return visitor !== null && comment.author.kind !== "ai" && comment.author.id === visitor.id;
}

/** Until when the visitor may edit or delete, in ms: their own comment, inside the site's window if it has one; else 0. */
export function changeableUntil(
  comment: Comment,
  visitor: Visitor | null,
  { edit_minutes }: Settings,
): number {
  const standing = comment.state === "published" || comment.state === "pending";
  if (comment.unsent || !standing || !isOwn(comment, visitor)) return 0;
  return edit_minutes === null
    ? Number.POSITIVE_INFINITY
    : Date.parse(comment.created_at) + edit_minutes * 60_000;
}

/** By what the AI is called and how one asks in all languages, from the server's `core/languages/data`. */
declare const CALLS_AI: string;
declare const LIKELY_QUESTION: string;
const CALLED = new RegExp(CALLS_AI, "i");
const QUESTION = new RegExp(LIKELY_QUESTION, "im");

/** Whether a comment calls the AI by name, as the server sees it (tests/golden/calls.json). */
export const callsAi = (body: string): boolean => CALLED.test(body);

/** Whether a comment is likely to be answered. The server decides; this says whether looking it up is worth while. */
export function maybeAsked(body: string, ask: boolean | null, rule: string): boolean {
  return ask ?? (rule === "always" || callsAi(body) || (rule !== "mention" && QUESTION.test(body)));
}

/** A colour of one's own: the same hue in degrees for the same name, in every browser. */
export function hueOf(seed: string): number {
  let hash = 7;
  for (const char of seed) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) % 360;
  return hash;
}

/** "Mina Park" → "MP"; one letter where a script has no capitals. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const first = (word: string | undefined) => (word ? (Array.from(word)[0] ?? "") : "");
  const last = words.length > 1 ? first(words.at(-1)) : "";
  return (first(words[0]) + (/^\p{Lo}/u.test(name.trim()) ? "" : last)).toUpperCase() || "?";
}
