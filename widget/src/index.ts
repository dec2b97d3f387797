/** The loader: places the elements at the script tag, and loads the rest when one comes near the viewport. */

import { type Early, type Explain, type Mistakes, readEarly } from "./api.js";
import { configOf, type Defaults, type Locate, type Options, optionsOf } from "./config.js";
import { ASK, COMMENTS, COUNT, MARGIN, OUTER, PERMALINK } from "./constants.js";
import { languageOf } from "./core/texts.js";
import { fail } from "./failing.js";
import { watchAddress } from "./navigation.js";
import { release, reserve } from "./place.js";
import { type Placed, Placing, remove, setOptions } from "./placing.js";
import { fetched, tried } from "./retrying.js";
import { canonical, isSaidHere } from "./statements.js";
import type { Handed } from "./writing/signing_in.js";

/** Build output path of the thread, with the texts of the language `@`. */
declare const THREAD_FILE: string;
/** Build output paths of the counting code and of the code that explains mistakes. */
declare const COUNT_FILE: string;
declare const MISTAKES_FILE: string;

/** How long a page has to create the element that its tag targets. */
const LATE_MS = 3_000;
/** Attributes that may be meant for us but have an unknown name or value. */
const ODD =
  /^data-(?!(site|page|lang|target|answerback|sso-token)=|mode=(both|comments|ask|none)$|theme=(auto|light|dark|paper|ink|forest|ocean|rose|terminal)$)(\w+|[ps]\w+-.*)=/;

type Counting = typeof import("./elements/count.js");
type Part = { start(locate: Locate, handed: Handed | null, early: Early, explain: Explain): void };

/** A handle to what `mount` has placed. */
interface Mounted {
  update(options?: Options): void;
  destroy(): void;
}

interface Answerback {
  mount(element: Element, options?: Options): Mounted;
  update(options?: Options): void;
  reload(): void;
  destroy(): void;
  /** Set by `destroy()`. A later `mount()` or a new tag starts over. */
  ended?: boolean;
}

declare global {
  interface Window {
    Answerback?: Answerback;
  }
}

// Remove a sign-in code from the URL before other code reads it.
const found = /^#answerback-code=([\w-]+)&answerback-nonce=([\w-]+)$/.exec(location.hash);
let handed: Handed | null = found && ({ code: found[1], nonce: found[2] } as Handed);
if (found) history.replaceState(history.state, "", location.pathname + location.search);

const script = (document.currentScript ??
  document.querySelector('script[src*="answerback.js"]')) as HTMLScriptElement | null;
// `/v1/answerback.js` is the same file.
const base = new URL(".", (script?.src || location.href).replace("/v1/answerback", "/answerback")).href;
const { page: _, ...options } = script ? optionsOf(script) : {};
const defaults: Defaults = { base, ...options };
/** Options from the last `update()`. */
let updated: Options = {};
let watched = new WeakSet<Placed>();
let address = "";
let started = false;
const early: Early = new Map();
/** Elements whose code failed to load. */
const lost = new Set<HTMLElement>();
let near: IntersectionObserver | null = null;
let unwatch: (() => void) | null = null;
let looking = 0;
let late = 0;

/** Whether an element's odd attributes are a mistake; until that is known, the element waits. */
const mistaken = new WeakMap<Element, boolean>();

const placing = new Placing(script, watch, look, isUnderstood);

/** Explains a mistake to the page's author in the console. */
const explain: Explain = (tell) =>
  fetched<Mistakes>(new URL(MISTAKES_FILE, base).href)
    .then(tell)
    .catch(() => undefined);

function isUnderstood(element: Element): boolean {
  const pairs = [...element.attributes].map(({ name, value }) => `${name}=${value}`);
  const odd = pairs.filter((pair) => ODD.test(pair));
  if (!odd.length) return true;
  const known = mistaken.get(element);
  if (known === undefined) {
    mistaken.set(element, true);
    void explain((mistakes) => odd.some(mistakes.isMistake)).then((found) => {
      mistaken.set(element, !!found);
      placing.settle();
    });
  }
  return known === false;
}

function areUnderstood(options: Options): boolean {
  const probe = document.createElement("i");
  setOptions(probe, options);
  return isUnderstood(probe);
}

/** The page that a tag or `update()` names, if that was meant for the current URL. */
function said(by: object, { page }: Options): string | undefined {
  return page && isSaidHere(by, page) ? page : undefined;
}

const locate: Locate = (element) => {
  const tag = placing.tagOf(element);
  const page = said(updated, updated) ?? (tag ? said(tag, optionsOf(tag)) : undefined);
  return configOf(element, { ...defaults, page });
};

/** Loads an element's code and retries with growing delays; until then, the page stays as it is. */
async function load(element: HTMLElement): Promise<void> {
  lost.delete(element);
  const { lang, site, page } = locate(element);
  if (!site) {
    void explain(({ noSite }) => noSite());
    return;
  }
  const file = THREAD_FILE.replace("@", languageOf(lang ?? navigator.language));
  // One language is bundled; an element in another one loads its own.
  address ||= new URL(file, base).href;
  // Load the comments in parallel with the code.
  if (!started && element.localName === COMMENTS) {
    readEarly(early, base, site, page, element.shadowRoot?.querySelector("script")?.text);
  }
  try {
    const { start } = await tried(
      () => fetched<Part>(address),
      () => {
        fail(element);
        release(element);
      },
    );
    started = true;
    if (near) start(locate, handed, early, explain);
    handed = null;
  } catch {
    lost.add(element);
  }
}

let counting = false;

/** Loads the counting code, for pages that show counts. */
async function count(element: Element): Promise<void> {
  if (counting) return;
  counting = true;
  try {
    const { start } = await tried(
      () => fetched<Counting>(new URL(COUNT_FILE, base).href),
      () => fail(element),
    );
    start(locate, explain);
  } catch {
    counting = false;
  }
}

function watch(element: Placed): void {
  if (element.localName === COUNT) {
    void count(element);
    return;
  }
  if (watched.has(element) || !isUnderstood(element)) return;
  watched.add(element);
  const unknown = !customElements.get(element.localName);
  if (unknown) reserve(element, locate(element).page);
  // Load at once for a permalink, and if the page hides undefined elements (`:not(:defined)`), which never
  // intersect.
  const hidden = unknown && !element.hidden && getComputedStyle(element).display === "none";
  const { top, height } = element.getBoundingClientRect();
  // If it is near already, don't wait a frame for the observer.
  if (handed || hidden || location.hash.startsWith(`#${PERMALINK}`) || (height && top < innerHeight)) {
    void load(element);
  }
  near ??= new IntersectionObserver(
    (entries, observer) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        observer.unobserve(target);
        void load(target as HTMLElement);
      }
    },
    { rootMargin: MARGIN },
  );
  near.observe(element);
  // A visitor who selects text may want to ask about it.
  if (element.localName === ASK) {
    document.addEventListener("selectionchange", () => {
      if (`${getSelection()}`) void load(element);
    });
  }
}

/**
 * The page's metadata may have changed: once the framework is done, every element checks which page it is on.
 */
function look(): void {
  looking ||= setTimeout(() => {
    looking = 0;
    canonical();
    for (const tag of placing.tags()) said(tag, optionsOf(tag));
    for (const element of all()) element.refresh?.();
  });
}

function mount(element: Element, options: Options = {}): Mounted {
  if (surface.ended) {
    surface.ended = false;
    begin();
  }
  let placed: Placed[] = [];
  if (!(element instanceof Element)) void explain(({ noElement }) => noElement());
  else if (areUnderstood(options)) placed = placing.mount(element, options);
  return {
    update(changed = {}) {
      if (!areUnderstood(changed)) return;
      for (const each of placed) {
        setOptions(each, changed);
        each.refresh?.();
      }
    },
    destroy() {
      remove(placed);
    },
  };
}

function all(): Placed[] {
  return [...document.querySelectorAll<Placed>(OUTER)];
}

/** Applies new options to every element; without a page, the current URL's applies again. */
function update(options: Options = {}): void {
  if (!areUnderstood(options)) return;
  const { page, ...others } = options;
  Object.assign(defaults, others);
  updated = { page };
  placing.settle();
  for (const element of all()) {
    if (element.localName !== COUNT) setOptions(element, optionsOf(element).page ? options : others);
    element.refresh?.();
  }
}

function reload(): void {
  for (const element of all()) element.reload?.();
  for (const element of lost) void load(element);
  const counted = document.querySelector(COUNT);
  if (counted) void count(counted);
}

/**
 * Removes what was placed, empties elements that the page placed itself, and leaves nothing but loaded code.
 */
function destroy(): void {
  clearTimeout(looking);
  clearTimeout(late);
  unwatch?.();
  near?.disconnect();
  near = null;
  watched = new WeakSet();
  for (const element of all()) element.stop?.();
  placing.end();
  surface.ended = true;
}

const surface: Answerback = { mount, update, reload, destroy };

function begin(): void {
  if (surface.ended) return;
  unwatch = watchAddress(() => {
    placing.renew();
    look();
  });
  placing.start();
  look();
  late = setTimeout(() => {
    const { missing } = placing;
    if (missing) void explain(({ noTarget }) => noTarget(missing));
    if (!all().length && !script?.dataset.site) void explain(({ noSite }) => noSite());
  }, LATE_MS);
}

// A second tag, or one that a framework runs again: the first instance handles it.
// An element with that ID, or another script's global of that name, is not the widget.
if (typeof window.Answerback?.mount !== "function" || window.Answerback.ended) {
  window.Answerback = surface;
  if (document.readyState !== "loading") begin();
  else document.addEventListener("DOMContentLoaded", begin, { once: true });
}
