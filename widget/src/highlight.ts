/** Shows where on the page a quotation stands. */

import { HIGHLIGHT, OUTER } from "./constants.js";
import { findQuote } from "./core/quote.js";
import { scrolling, styleSheet } from "./dom.js";

const SKIPPED = `script,style,noscript,template,textarea,select,[hidden],${OUTER}`;
let styled = false;

function pageTexts(): Text[] {
  const texts: Text[] = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT, (node) =>
    node.parentElement?.closest(SKIPPED) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT,
  );
  while (walker.nextNode()) texts.push(walker.currentNode as Text);
  return texts;
}

function rangeOf(quote: string): Range | null {
  const texts = pageTexts();
  const found = findQuote(
    texts.map((text) => text.data),
    quote,
  );
  const first = found && texts[found.start.text];
  const last = found && texts[found.end.text];
  if (!first || !last) return null;
  const range = document.createRange();
  range.setStart(first, found.start.offset);
  range.setEnd(last, found.end.offset);
  return range;
}

/** Scrolls to the quotation and marks it, without a change to the page's own elements. False when it is not there. */
export function showOnPage(quote: string): boolean {
  const range = rangeOf(quote);
  if (!range) return false;
  mark(range);
  const element = range.startContainer.parentElement;
  const closed = element?.closest<HTMLDetailsElement>("details:not([open])");
  if (closed) closed.open = true;
  const behavior = scrolling();
  // A paragraph taller than the screen may have its centre far from the quotation.
  if (element && element.getBoundingClientRect().height < innerHeight) {
    element.scrollIntoView({ block: "center", behavior });
  } else {
    const { top, bottom } = range.getBoundingClientRect();
    scrollBy({ top: (top + bottom - innerHeight) / 2, behavior });
  }
  return true;
}

function mark(range: Range): void {
  if (!("highlights" in CSS) || typeof Highlight === "undefined") {
    getSelection()?.removeAllRanges();
    getSelection()?.addRange(range);
    return;
  }
  if (!styled) {
    const rule = `::highlight(${HIGHLIGHT}){background-color:#ffe58a;color:#1b1d21}`;
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, styleSheet(rule)];
    styled = true;
    document.addEventListener(
      "keydown",
      (event) => event.key === "Escape" && CSS.highlights.delete(HIGHLIGHT),
    );
  }
  CSS.highlights.set(HIGHLIGHT, new Highlight(range));
}
