/** Times as people say them. */

import { counted, type Forms } from "./texts.js";

/** A year, a month, a week, a day, an hour and a minute, in seconds. */
const UNITS = [31_536_000, 2_592_000, 604_800, 86_400, 3_600, 60];

/** What a language says of times gone by. */
export interface Ago {
  justNow: string;
  /** "3 hours ago" for each unit: what `Intl.RelativeTimeFormat` says when the widget is built. */
  ago: Forms[];
}

/** "3 hours ago"; under a minute, and for a clock that runs late, `justNow`. */
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
