/** Highlights passages of the page that were asked about; clicking one leads to its answer. */

import type { ChatState } from "../chat.js";
import { type Asked, askedOf } from "../core/asked_passage.js";
import { highlighting } from "../parts.js";

/** Ranges by passage; for a selection, the exact one. */
const places = new Map<string, Range>();
let marked = "";

/** Remembers which of several identical passages was selected. */
export function place(quote: string, range: Range): void {
  places.set(quote, range);
}

/** Highlights the passages of the conversation. */
export function markAsked({ entries, quote = "" }: ChatState): void {
  const asked = entries.filter(({ role }) => role === "user").map(({ content }) => askedOf(content));
  mark([...asked.map((each: Asked) => each.quote), quote]);
}

export const unmark = (): void => mark([]);

function mark(all: string[]): void {
  const quotes = [...new Set(all)].filter(Boolean);
  const now = JSON.stringify(quotes);
  if (now === marked || (!marked && !quotes.length)) return;
  marked = now;
  void highlighting().then(
    (part) => part.markPassages(quotes, places),
    () => undefined,
  );
}

/** The passage at a point on the screen. */
export function passageAt(x: number, y: number): string | undefined {
  const within = ({ left, right, top, bottom }: DOMRect) =>
    x >= left && x <= right && y >= top && y <= bottom;
  const found = [...places].find(([, range]) => [...range.getClientRects()].some(within));
  return found?.[0];
}
