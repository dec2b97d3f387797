/** Relative times. */

import { counted, type Forms } from "./texts.js";

/** A year, month, week, day, hour and minute, in seconds. */
const UNITS = [31_536_000, 2_592_000, 604_800, 86_400, 3_600, 60];

/** A language's texts for relative times. */
export interface Ago {
  justNow: string;
  /** "3 hours ago" for each unit, generated from `Intl.RelativeTimeFormat` at build time. */
  ago: Forms[];
}

/** "3 hours ago"; `justNow` if less than a minute ago, or if the clock is slow. */
export function relativeTime(iso: string, now: number, lang: string, texts: Ago): string {
  const seconds = (now - Date.parse(iso)) / 1000;
  const at = UNITS.findIndex((unit) => seconds >= unit);
  return at < 0
    ? texts.justNow
    : counted(texts.ago[at] as Forms, Math.floor(seconds / (UNITS[at] as number)), lang);
}

export function fullTime(iso: string, lang: string): string {
  return new Intl.DateTimeFormat(lang, { dateStyle: "long", timeStyle: "short" }).format(new Date(iso));
}
