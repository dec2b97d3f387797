/** Shows where a quotation stands on the page. */

import { HIGHLIGHT, OUTER } from "./constants.js";
import { findQuote } from "./core/quote.js";
import { scrolling, styleSheet } from "./dom.js";

const SKIPPED = `script,style,noscript,template,textarea,select,${OUTER}`;
const TITLE = "button,[aria-expanded],[role=button],[role=tab]";
/** Highlight name of the passages that were asked about. */
const ASKED = "answerback-asked";
const STYLES =
  `::highlight(${HIGHLIGHT}){background-color:#ffe58a;color:#1b1d21}` +
  `::highlight(${ASKED}){background-color:rgb(240 180 0/.25);text-decoration:underline 2px dotted}`;
let styled = false;

function pageTexts(skipped: string): Text[] {
  const texts: Text[] = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT, (node) =>
    node.parentElement?.closest(skipped) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT,
  );
  while (walker.nextNode()) texts.push(walker.currentNode as Text);
  return texts;
}

function rangeOf(quote: string, skipped: string): Range | null {
  const texts = pageTexts(skipped);
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

/** The control that reveals an element: one that references it, its label, or the heading before it. */
function controlOf(element: Element): HTMLElement | null {
  const id = CSS.escape(element.id);
  const names = ["aria-controls~", "data-bs-target", "data-target"].flatMap((name) => [
    `[${name}="${id}"]`,
    `[${name}="#${id}"]`,
  ]);
  const named = id && document.querySelector<HTMLElement>(`${names.join()},[role=tab][href="#${id}"]`);
  if (named) return named;
  const label = document.getElementById(element.getAttribute("aria-labelledby") ?? "");
  const before = label ?? element.previousElementSibling;
  return before?.matches(TITLE)
    ? (before as HTMLElement)
    : (before?.querySelector<HTMLElement>(TITLE) ?? null);
}

/** Reveals a text inside closed accordions and inactive tabs. */
function open(text: Element | null): void {
  for (let element = text; element && element !== document.body; element = element.parentElement) {
    if (element.matches("details:not([open])")) (element as HTMLDetailsElement).open = true;
    else if (element.getAttribute("hidden") === "until-found") element.removeAttribute("hidden");
    else if (element.getClientRects().length === 0) controlOf(element)?.click();
  }
}

/** Scrolls to the quotation, highlights it, and opens what it is hidden in. False if it is not found. */
export function showOnPage(quote: string): boolean {
  const range = rangeOf(quote, `${SKIPPED},[hidden]`) ?? rangeOf(quote, SKIPPED);
  if (!range) return false;
  mark(range);
  const element = range.startContainer.parentElement;
  open(element);
  const behavior = scrolling();
  // In a tall paragraph the quotation may be far from the center.
  if (element && element.getBoundingClientRect().height < innerHeight) {
    element.scrollIntoView({ block: "center", behavior });
  } else {
    const { top, bottom } = range.getBoundingClientRect();
    scrollBy({ top: (top + bottom - innerHeight) / 2, behavior });
  }
  return true;
}

/** Highlights exactly the passages that were asked about; stores their ranges in `places`. */
export function markPassages(quotes: string[], places: Map<string, Range>): void {
  for (const quote of places.keys()) if (!quotes.includes(quote)) places.delete(quote);
  for (const quote of quotes) {
    const range = places.get(quote)?.startContainer.isConnected ? null : rangeOf(quote, SKIPPED);
    if (range) places.set(quote, range);
  }
  highlight(ASKED, [...places.values()]);
}

function mark(range: Range): void {
  if (highlight(HIGHLIGHT, [range])) return;
  getSelection()?.removeAllRanges();
  getSelection()?.addRange(range);
}

/** False if the browser does not support it. */
function highlight(name: string, ranges: Range[]): boolean {
  if (!("highlights" in CSS) || typeof Highlight === "undefined") return false;
  if (!styled) {
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, styleSheet(STYLES)];
    styled = true;
    document.addEventListener(
      "keydown",
      (event) => event.key === "Escape" && CSS.highlights.delete(HIGHLIGHT),
    );
  }
  CSS.highlights.set(name, new Highlight(...ranges));
  return true;
}
