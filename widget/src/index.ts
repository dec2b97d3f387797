/** The loader: places the elements where the script tag stands, and fetches the rest when one comes near the screen. */

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

/** Where the build has put the thread with the texts of a language, `@`. */
declare const THREAD_FILE: string;
/** And what counts comments, and what explains mistakes. */
declare const COUNT_FILE: string;
declare const MISTAKES_FILE: string;

/** When a page has had time to make the place that its tag names. */
const LATE_MS = 3_000;
/** Attributes that may be meant for us, and have a name or a value that there is not. */
const ODD =
  /^data-(?!(site|page|lang|target|answerback|sso-token)=|mode=(both|comments|ask|none)$|theme=(auto|light|dark|paper|ink|forest|ocean|rose|terminal)$)(\w+|[ps]\w+-.*)=/;

type Counting = typeof import("./elements/count.js");
type Part = { start(locate: Locate, handed: Handed | null, early: Early, explain: Explain): void };

/** What `mount` has placed. */
interface Mounted {
  update(options?: Options): void;
  destroy(): void;
}

interface Answerback {
  mount(element: Element, options?: Options): Mounted;
  update(options?: Options): void;
  reload(): void;
  destroy(): void;
  /** Set by `destroy()`: whoever mounts something begins anew, and so does a new tag. */
  ended?: boolean;
}

declare global {
  interface Window {
    Answerback?: Answerback;
  }
}

// Remove a code from the address before anything else reads it.
const found = /^#answerback-code=([\w-]+)&answerback-nonce=([\w-]+)$/.exec(location.hash);
let handed: Handed | null = found && ({ code: found[1], nonce: found[2] } as Handed);
if (found) history.replaceState(history.state, "", location.pathname + location.search);

const script = (document.currentScript ??
  document.querySelector('script[src*="answerback.js"]')) as HTMLScriptElement | null;
// `/v1/answerback.js` is the same file.
const base = new URL(".", (script?.src || location.href).replace("/v1/answerback", "/answerback")).href;
const { page: _, ...options } = script ? optionsOf(script) : {};
const defaults: Defaults = { base, ...options };
/** What was said by `update()`. */
let updated: Options = {};
let watched = new WeakSet<Placed>();
let address = "";
let started = false;
const early: Early = new Map();
/** Elements whose code did not come. */
const lost = new Set<HTMLElement>();
let near: IntersectionObserver | null = null;
let unwatch: (() => void) | null = null;
let looking = 0;
let late = 0;

/** Whether what is odd about an element is a mistake; it has to wait until that is known. */
const mistaken = new WeakMap<Element, boolean>();

const placing = new Placing(script, watch, look, isUnderstood);

/** Says to the page's author, in the console, what is wrong. */
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

/** The page that somebody names, if they do so on this one. */
function said(by: object, { page }: Options): string | undefined {
  return page && isSaidHere(by, page) ? page : undefined;
}

const locate: Locate = (element) => {
  const tag = placing.tagOf(element);
  const page = said(updated, updated) ?? (tag ? said(tag, optionsOf(tag)) : undefined);
  return configOf(element, { ...defaults, page });
};

/** Fetches an element's code, and tries again with growing pauses; till then the page stays as it is. */
async function load(element: HTMLElement): Promise<void> {
  lost.delete(element);
  const { lang, site, page } = locate(element);
  if (!site) {
    void explain(({ noSite }) => noSite());
    return;
  }
  const file = THREAD_FILE.replace("@", languageOf(lang ?? navigator.language));
  // One language is bundled; an element in another fetches its own.
  address ||= new URL(file, base).href;
  // Fetch the comments in parallel with the code.
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

/** Fetches what counts, for pages that show counts. */
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
  // Load at once for a permalink, and where the page hides undefined elements (`:not(:defined)`), which never intersect.
  const hidden = unknown && !element.hidden && getComputedStyle(element).display === "none";
  const { top, height } = element.getBoundingClientRect();
  // What is near already is not waited for until the next frame.
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
  // Whoever selects something may want to ask about it.
  if (element.localName === ASK) {
    document.addEventListener("selectionchange", () => {
      if (`${getSelection()}`) void load(element);
    });
  }
}

/** What the page says of itself has changed, or may have: once the framework is done, every element looks where it is. */
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

/** Takes new options for every element; where no page is named, it is the address's anew. */
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

/** Takes away what was placed, empties what the page placed itself, and leaves no trace but loaded code. */
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

// A second tag, or one run again by a framework: the first instance handles it.
// An element with that id, or another script's global of that name, is not the widget.
if (typeof window.Answerback?.mount !== "function" || window.Answerback.ended) {
  window.Answerback = surface;
  if (document.readyState !== "loading") begin();
  else document.addEventListener("DOMContentLoaded", begin, { once: true });
}
