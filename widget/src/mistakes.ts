/**
 * Explains configuration mistakes to the page's author: one line in the console, once each. Loaded only if
 * something is odd.
 */

import { attributeOf, OPTION_NAMES } from "./config.js";

const VALUES: Record<string, string[]> = {
  mode: ["both", "comments", "ask", "none"],
  theme: ["auto", "light", "dark", "paper", "ink", "forest", "ocean", "rose", "terminal"],
};
const told = new Set<string>();

/** Warns the page's author, once per text. Returns true, so that callers can return it. */
export function complain(text: string): true {
  if (!told.has(text)) console.warn(`Answerback: ${text}`);
  told.add(text);
  return true;
}

/**
 * Whether a name is almost a known one: a prefix, or one letter off. Other scripts have attributes of their
 * own.
 */
function isNearly(name: string, known: string): boolean {
  let at = 0;
  while (name[at] === known[at]) at++;
  const [a, b] = [name.slice(at), known.slice(at)];
  const swapped = a[0] === b[1] && a[1] === b[0] && a.slice(2) === b.slice(2);
  return !a || !b || a.slice(1) === b.slice(1) || a.slice(1) === b || a === b.slice(1) || swapped;
}

/** Whether `data-name=value` is a misspelled option or an invalid value. */
export function isMistake(pair: string): boolean {
  const [name = "", value = ""] = pair.split(/=(.*)/s);
  const known = OPTION_NAMES.map(attributeOf);
  const values = VALUES[name.slice("data-".length)];
  if (values) return complain(`${name}="${value}" is not one of ${values.join(", ")}.`);
  return known.some((each) => isNearly(name, each)) && complain(`${name} is none of ${known.join(", ")}.`);
}

export const noElement = (): true => complain("mount() takes an element.");
export const noSite = (): true =>
  complain('the tag has no data-site="…". A tag manager may have dropped it.');
export const noTarget = (selector: string): true =>
  complain(`data-target="${selector}" matches nothing on this page.`);
