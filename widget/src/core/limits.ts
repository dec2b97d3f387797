/**
 * Text length limits in characters (Unicode code points), counted as on the server: tests/golden/limits.json.
 */

export const BODY_LIMIT = 5_000;
export const QUESTION_LIMIT = 2_000;
export const NAME_LIMIT = 50;
export const REASON_LIMIT = 500;

const WIDE = 80;
const SCREEN = 40;

/** Whether a text takes more than a screen, estimated from its lines. */
export function isLong(text: string): boolean {
  let lines = 0;
  for (const line of text.split("\n")) lines += 1 + Math.floor(line.length / WIDE);
  return lines > SCREEN;
}

export const lengthOf = (text: string): number => [...text].length;

/**
 * Whether a refusal lasts until the page is reloaded: the site does not list its origin, or there is no such
 * site.
 */
export const isLasting = (code: string | null | undefined): boolean =>
  code === "origin_not_allowed" || code === "site_unknown";
