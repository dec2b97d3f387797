/** Times of day. */

/** Local time as "00:00", with the date unless it is within the next 24 hours. */
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
