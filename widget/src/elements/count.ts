/** <answerback-count>: a page's comment count, as plain text in the page itself. */

import { type Explain, fetchCounts } from "../api.js";
import type { Locate } from "../config.js";
import { COUNT } from "../constants.js";
import { isLasting } from "../core/limits.js";
import { counted, type Forms, languageOf } from "../core/texts.js";
import { fail } from "../failing.js";

/** Only the count texts: a page that shows nothing but counts loads no other text. */
declare const COUNT_TEXTS: Record<string, Forms>;

const MOST_PAGES = 100;
/**
 * Maximum length of the pages in one request's URL: nginx accepts 8,192 bytes, and URL-encoded Korean is
 * long.
 */
const LONGEST = 4_000;

let locate: Locate;
let explain: Explain;
/** Whether the server has refused this page for good. */
let refused = false;
const waiting = new Set<CountElement>();

export function start(given: Locate, explaining: Explain): void {
  locate = given;
  explain = explaining;
  if (!customElements.get(COUNT)) customElements.define(COUNT, CountElement);
}

export class CountElement extends HTMLElement {
  static observedAttributes = ["page", "data-page", "site", "data-site", "lang", "data-lang"];

  #asked = "";

  connectedCallback(): void {
    this.reload();
  }

  disconnectedCallback(): void {
    waiting.delete(this);
  }

  attributeChangedCallback(): void {
    if (this.isConnected) this.reload();
  }

  /** Batches all counts requested in the same task. */
  reload(): void {
    this.#asked = this.#place;
    if (waiting.size === 0) queueMicrotask(askAll);
    waiting.add(this);
  }

  refresh(): void {
    if (this.#place !== this.#asked) this.reload();
  }

  get #place(): string {
    const { site, page, lang } = locate(this);
    return JSON.stringify([site, page, lang]);
  }

  show(count: number, wanted: string): void {
    const lang = languageOf(wanted);
    this.textContent = counted(COUNT_TEXTS[lang] as Forms, count, lang);
  }
}

function askAll(): void {
  const bySite = new Map<string, Map<string, CountElement[]>>();
  let base = "";
  for (const element of waiting) {
    const { site, page, ...where } = locate(element);
    base = where.base;
    const pages = bySite.get(site) ?? new Map<string, CountElement[]>();
    bySite.set(site, pages.set(page, [...(pages.get(page) ?? []), element]));
  }
  waiting.clear();
  for (const [site, pages] of bySite) {
    let names: string[] = [];
    let length = 0;
    for (const page of pages.keys()) {
      const more = new URLSearchParams({ page }).toString().length + 1;
      if (names.length === MOST_PAGES || (names.length && length + more > LONGEST)) {
        void ask(base, site, names, pages);
        names = [];
        length = 0;
      }
      names.push(page);
      length += more;
    }
    void ask(base, site, names, pages);
  }
}

/** Comment counts by page; null if they cannot be loaded. */
async function countsOf(base: string, site: string, names: string[]): Promise<Record<string, number> | null> {
  const { counts = null, code, detail = "" } = refused ? {} : await fetchCounts(base, site, names);
  refused ||= isLasting(code);
  if (refused && code) void explain(({ complain }) => complain(detail));
  return counts;
}

/** If counting fails, the element keeps the text from the page's author and fires an error event. */
async function ask(
  base: string,
  site: string,
  names: string[],
  pages: Map<string, CountElement[]>,
): Promise<void> {
  const counts = await countsOf(base, site, names);
  for (const name of names) {
    for (const element of pages.get(name) ?? []) {
      const count = counts?.[name];
      if (count !== undefined) element.show(count, locate(element).lang ?? navigator.language);
      else if (!counts) fail(element);
    }
  }
}
