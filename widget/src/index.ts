/** The loader: places the elements where the script tag stands, and fetches the rest when one comes near the screen. */

import {
  attributeOf,
  configOf,
  type Defaults,
  type Locate,
  OPTION_NAMES,
  type Options,
  optionsOf,
} from "./config.js";
import { ASK, COMMENTS, COUNT, MARGIN, OUTER, PERMALINK } from "./constants.js";
import { CountElement, setLocate } from "./elements/count.js";
import { fail } from "./failing.js";
import type { Handed } from "./signing_in.js";

declare const THREAD_FILE: string;

type Part = { start(locate: Locate, handed: Handed | null): void };
type Placed = HTMLElement & { refresh?(): void; reload?(): void; stop?(): void };

interface Answerback {
  mount(element: Element, options?: Options): void;
  update(options?: Options): void;
  reload(): void;
  destroy(): void;
}

declare global {
  interface Window {
    Answerback?: Answerback;
  }
}

// A code in the address is taken out of it before anything else sees it.
const found = /^#answerback-code=([\w-]+)&answerback-nonce=([\w-]+)$/.exec(location.hash);
let handed: Handed | null = found && { code: found[1] ?? "", nonce: found[2] ?? "" };
if (found) history.replaceState(history.state, "", location.pathname + location.search);

const script = (document.currentScript ??
  document.querySelector('script[data-site][src*="answerback.js"]')) as HTMLScriptElement | null;
const base = new URL(".", script?.src || location.href).href;
const defaults: Defaults = { base, ...(script ? optionsOf(script) : {}) };
const locate: Locate = (element) => configOf(element, defaults);
const placed = new Set<Placed>();
const watched = new Set<Placed>();
let near: IntersectionObserver | null = null;

/** Fetches an element's code; where that fails, the page stays as it is. */
async function load(element: Element): Promise<void> {
  try {
    const part = (await import(/* @vite-ignore */ new URL(THREAD_FILE, base).href)) as Part;
    if (near) part.start(locate, handed);
    handed = null;
  } catch {
    fail(element);
  }
}

function watch(element: Placed): void {
  if (watched.has(element) || element.localName === COUNT) return;
  watched.add(element);
  // Whoever comes to a comment by its address does not wait until the thread is near.
  if (handed || location.hash.startsWith(`#${PERMALINK}`)) void load(element);
  near ??= new IntersectionObserver(
    (entries, observer) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        observer.unobserve(target);
        void load(target);
      }
    },
    { rootMargin: MARGIN },
  );
  near.observe(element);
}

function byHand(names: string): Placed[] {
  return [...document.querySelectorAll<Placed>(names)].filter((element) => !placed.has(element));
}

function make(name: string, options: Options): Placed {
  const element = document.createElement(name);
  // An element has no box before its code is here.
  element.style.setProperty("display", "block");
  setOptions(element, options);
  placed.add(element);
  return element;
}

function setOptions(element: Element, options: Options): void {
  for (const name of OPTION_NAMES) {
    const value = options[name];
    if (value !== undefined) element.setAttribute(attributeOf(name), value);
  }
}

function elementsFor(options: Options): Placed[] {
  const mode = options.mode ?? defaults.mode ?? "both";
  return [ASK, COMMENTS]
    .filter((name) => mode === "both" || name.endsWith(mode))
    .map((name) => make(name, options));
}

function mount(element: Element, options: Options = {}): void {
  const elements = elementsFor(options);
  element.append(...elements);
  elements.forEach(watch);
}

/** The element that an option names; none where there is no such, or what it says is no selector. */
function targetOf({ target }: Options): Element | null {
  try {
    return target ? document.querySelector(target) : null;
  } catch {
    return null;
  }
}

/** Puts the elements where the tag stands, unless the page has placed its own. */
function place(tag: HTMLScriptElement | null, options: Options): void {
  const hands = byHand(OUTER);
  hands.forEach(watch);
  const target = targetOf(options);
  if (target) {
    mount(target, options);
    return;
  }
  if (!tag || hands.some((element) => element.localName !== COUNT)) return;
  const inBody = document.body.contains(tag);
  // A tag in the head of a page of counts is there for the counts.
  if (!inBody && hands.length) return;
  const elements = elementsFor(options);
  if (inBody) tag.after(...elements);
  else document.body.append(...elements);
  elements.forEach(watch);
}

function all(): Placed[] {
  return [...document.querySelectorAll<Placed>(OUTER)];
}

/** Takes new options for every element; where no page is named, it is the address's anew. */
function update(options: Options = {}): void {
  Object.assign(defaults, options);
  byHand(OUTER).forEach(watch);
  for (const element of all()) {
    if (element.localName !== COUNT) setOptions(element, options);
    element.refresh?.();
  }
}

function reload(): void {
  for (const element of all()) element.reload?.();
}

/** Takes away what was placed, empties what the page placed itself, and leaves no trace but loaded code. */
function destroy(): void {
  near?.disconnect();
  near = null;
  for (const element of all()) element.stop?.();
  for (const element of placed) element.remove();
  placed.clear();
  watched.clear();
  if (window.Answerback === surface) delete window.Answerback;
}

const surface: Answerback = { mount, update, reload, destroy };

function whenParsed(run: () => void): void {
  if (document.readyState !== "loading") run();
  else document.addEventListener("DOMContentLoaded", run, { once: true });
}

if (window.Answerback && script) {
  // A second tag on one page, or one that a single-page app has put in again.
  const { mount: other } = window.Answerback;
  const options = optionsOf(script);
  const target = targetOf(options);
  const spot = document.createElement("div");
  if (!target) script.after(spot);
  other(target ?? spot, options);
} else {
  window.Answerback = surface;
  whenParsed(() => {
    setLocate(locate);
    if (!customElements.get(COUNT)) customElements.define(COUNT, CountElement);
    place(script, defaults);
  });
}
