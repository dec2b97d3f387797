/** A question about a passage: its words as a quoted line, then what is asked. The server takes both for the visitor's. */

import { lengthOf, QUESTION_LIMIT } from "./limits.js";

export interface Asked {
  quote: string;
  text: string;
}

const QUOTE_LIMIT = 500;
const WORDS = /[\p{L}\p{N}]{2}/u;
const FORM = /^> ([^\n]+)\n\n(.+)$/s;

/** What was selected, as one line; empty where there are no words in it. */
export function passageOf(selected: string): string {
  const line = selected.replace(/\s+/g, " ").trim();
  return WORDS.test(line) ? shortened(line, QUOTE_LIMIT) : "";
}

/** Cut at the end of a word, where there are spaces. */
function shortened(line: string, most: number): string {
  if (lengthOf(line) <= most) return line;
  const cut = [...line].slice(0, Math.max(0, most - 1)).join("");
  const space = cut.lastIndexOf(" ");
  return `${space > most / 2 ? cut.slice(0, space) : cut}…`;
}

/** The question as it is sent; the passage gives way where both are too long. */
export function withPassage({ quote, text }: Asked): string {
  const left = QUESTION_LIMIT - lengthOf(text) - 4;
  return quote && left > 20 ? `> ${shortened(quote, left)}\n\n${text}` : text;
}

export function askedOf(content: string): Asked {
  const [, quote = "", text = content] = FORM.exec(content) ?? [];
  return { quote, text };
}
