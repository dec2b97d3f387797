/**
 * A question about a passage: the passage as a quoted line, then the question. The server treats both as the
 * visitor's text.
 */

import { lengthOf, QUESTION_LIMIT } from "./limits.js";

export interface Asked {
  quote: string;
  text: string;
}

const QUOTE_LIMIT = 500;
const WORDS = /[\p{L}\p{N}]{2}/u;
const FORM = /^> ([^\n]+)\n\n(.+)$/s;

/** The selection as one line; empty if it contains no words. */
export function passageOf(selected: string): string {
  const line = selected.replace(/\s+/g, " ").trim();
  return WORDS.test(line) ? shortened(line, QUOTE_LIMIT) : "";
}

/** Truncates at a word boundary, if there are spaces. */
function shortened(line: string, most: number): string {
  if (lengthOf(line) <= most) return line;
  const cut = [...line].slice(0, Math.max(0, most - 1)).join("");
  const space = cut.lastIndexOf(" ");
  return `${space > most / 2 ? cut.slice(0, space) : cut}…`;
}

/** The question as sent; the passage is shortened if both together are too long. */
export function withPassage({ quote, text }: Asked): string {
  const left = QUESTION_LIMIT - lengthOf(text) - 4;
  return quote && left > 20 ? `> ${shortened(quote, left)}\n\n${text}` : text;
}

export function askedOf(content: string): Asked {
  const [, quote = "", text = content] = FORM.exec(content) ?? [];
  return { quote, text };
}
