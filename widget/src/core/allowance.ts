/** Quotas and ownership, and how visitors are displayed. */

import type { Comment, Quota, Visitor } from "./types.js";

export function isUsedUp(quota: Quota | null | undefined): boolean {
  return !!quota && quota.limit !== null && !quota.left;
}

export function isOwn(comment: Comment, visitor: Visitor | null): boolean {
  return visitor !== null && comment.author.kind !== "ai" && comment.author.id === visitor.id;
}

/** A hue in degrees, the same for a given name in every browser. */
export function hueOf(seed: string): number {
  let hash = 7;
  for (const char of seed) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) % 360;
  return hash;
}

/** "Mina Park" → "MP"; a single letter in scripts without capitals. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const first = (word: string | undefined) => [...(word ?? "")][0] ?? "";
  const last = words.length > 1 ? first(words.at(-1)) : "";
  return (first(words[0]) + (/^\p{Lo}/u.test(name.trim()) ? "" : last)).toUpperCase() || "?";
}
