/** Times as people say them. */

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** "3 hours ago"; under a minute, and for a clock that runs late, `justNow`. */
export function relativeTime(iso: string, now: number, lang: string, justNow: string): string {
  const seconds = (now - Date.parse(iso)) / 1000;
  for (const [unit, size] of STEPS) {
    if (seconds >= size) {
      const format = new Intl.RelativeTimeFormat(lang, { numeric: "auto" });
      return format.format(-Math.floor(seconds / size), unit);
    }
  }
  return justNow;
}

export function fullTime(iso: string, lang: string): string {
  return new Intl.DateTimeFormat(lang, { dateStyle: "long", timeStyle: "short" }).format(new Date(iso));
}

/** The visitor's own clock: "00:00", with the day when it is not within the next 24 hours. */
export function clockTime(iso: string, now: number, lang: string): string {
  const date = new Date(iso);
  const far = Math.abs(date.getTime() - now) > 86_400_000;
  return new Intl.DateTimeFormat(lang, {
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
    ...(far ? { month: "short", day: "numeric" } : {}),
  }).format(date);
}
