/** Keeps the elements where the page's tags want them, once each, whatever a framework puts in, takes out, copies or brings back. */

import { attributeOf, OPTION_NAMES, type Options, optionsOf } from "./config.js";
import { ASK, COMMENTS, OUTER } from "./constants.js";

export type Placed = HTMLElement & { refresh?(): void; reload?(): void; stop?(): void };

/** On what we have made; copies that a framework keeps have it, too. */
const MARK = "data-answerback";
const TELLING = `script[data-site],link[rel~="canonical" i],${OUTER}`;
/** How often elements are put back at one address: whoever takes them away each time means it. */
const MOST_INSERTIONS = 1_000;

/** The tags of a page that was left by `destroy()`: they have had their time. */
const ENDED = "answerbackEnded";

export class Placing {
  readonly #groups = new Map<HTMLScriptElement, Placed[]>();
  readonly #mounted = new WeakSet<Element>();
  /** Where tags want to stand. */
  readonly #targets = new Set<string>();
  /** What a tag names as its place, and is not there. */
  missing = "";
  readonly #loose: boolean;
  #insertions = 0;
  #observer = new MutationObserver((records) => {
    const names = [TELLING, ...this.#targets].join();
    const tells = (node: Node) =>
      node instanceof Element && (node.matches(names) || node.querySelector(names));
    const touched = records.some(({ type, target, addedNodes, removedNodes }) =>
      (type === "attributes" ? [target] : [...addedNodes, ...removedNodes]).some(tells),
    );
    if (!touched) return;
    this.settle();
    this.changed();
  });

  /**
   * `seen` is told of each element that stands in the page, `changed` where the page may say something else; `understood`
   * says whether a tag has nothing odd about it.
   */
  constructor(
    private readonly script: HTMLScriptElement | null,
    private readonly seen: (element: Placed) => void,
    private readonly changed: () => void,
    private readonly understood: (tag: Element) => boolean,
  ) {
    // Some routers remove the tag again before it has run.
    this.#loose = !script?.isConnected;
  }

  start(): void {
    this.settle();
    this.#observer.observe(document, {
      childList: true,
      subtree: true,
      attributeFilter: ["href", attributeOf("page")],
    });
  }

  /** Takes away all that was placed, and lets go of the page. */
  end(): void {
    this.#observer.disconnect();
    for (const tag of this.tags()) Object.assign(tag, { [ENDED]: true });
    remove(document.querySelectorAll(`[${MARK}]`));
  }

  /** A new address: whatever was placed may be placed anew. */
  renew(): void {
    this.#insertions = 0;
  }

  /** The tags that stand in the page; one that never stood anywhere counts while there is no other. */
  tags(): HTMLScriptElement[] {
    const { script } = this;
    const found = [...document.scripts].filter(
      (each) =>
        each.dataset.site &&
        !(ENDED in each) &&
        (each.src === script?.src || /answerback\.js/.test(each.src)),
    );
    return found.length || !this.#loose || !script ? found : [script];
  }

  /** The tag that an element is there for. */
  tagOf(element: Element): HTMLScriptElement | null {
    for (const [tag, elements] of this.#groups) if (elements.includes(element as Placed)) return tag;
    return this.tags().at(-1) ?? this.script;
  }

  /** Makes the page what its tags say. What stood for a tag that is gone stands for one like it that has come. */
  settle(): void {
    const tags = this.tags();
    const free: [string, Placed[]][] = [];
    for (const [tag, elements] of this.#groups) {
      const stands = !tags.length && elements.some(({ isConnected }) => isConnected);
      if (tags.includes(tag) || stands) continue;
      free.push([likeness(tag), elements]);
      this.#groups.delete(tag);
    }
    for (const tag of tags) {
      const at = this.#groups.has(tag) ? -1 : free.findIndex(([name]) => name === likeness(tag));
      const [, elements = []] = free.splice(at, at < 0 ? 0 : 1)[0] ?? [];
      this.#place(tag, this.#groups.get(tag) ?? elements, elements.length > 0);
    }
    for (const [, elements] of free) remove(elements);
    const known = new Set([...this.#groups.values()].flat());
    for (const element of document.querySelectorAll<Placed>(OUTER)) {
      if (known.has(element) || this.#mounted.has(element) || !element.hasAttribute(MARK)) this.seen(element);
      else element.remove();
    }
  }

  /** Places elements for good, until they are removed. */
  mount(element: Element, options: Options): Placed[] {
    const elements = this.#elementsFor(options);
    for (const each of elements) this.#mounted.add(each);
    element.append(...elements);
    elements.forEach(this.seen);
    return elements;
  }

  /** Where the tag stands or where it says, unless the page has elements of its own; `moved`: the tag has changed. */
  #place(tag: HTMLScriptElement, before: Placed[], moved: boolean): void {
    const { page: _, ...options } = optionsOf(tag);
    const target = this.#targetOf(options);
    const inBody = document.body.contains(tag);
    const elements = before.length ? before : this.#elementsFor(options);
    this.#groups.set(tag, elements);
    if (!this.understood(tag) || !(target || this.#mayStand(options))) {
      remove(elements);
      return;
    }
    if (!moved && elements.every((element) => (target ?? document).contains(element))) return;
    if (++this.#insertions > MOST_INSERTIONS) return;
    if (target) target.append(...elements);
    else if (inBody) tag.after(...elements);
    else document.body.append(...elements);
  }

  /** Not where the page has placed its own, nor beside the place that the tag names. */
  #mayStand({ target }: Options): boolean {
    return !target && !document.querySelector(`:is(${OUTER}):not([${MARK}])`);
  }

  #elementsFor(options: Options): Placed[] {
    const { mode = "both" } = options;
    return [ASK, COMMENTS]
      .filter((name) => mode === "both" || name.endsWith(mode))
      .map((name) => {
        const element = document.createElement(name);
        // An element has no box until its code has loaded.
        element.style.setProperty("display", "block");
        element.setAttribute(MARK, "");
        setOptions(element, options);
        return element;
      });
  }

  /** The element that an option names; none where there is no such, or what it says is no selector. */
  #targetOf({ target }: Options): Element | null {
    if (!target) return null;
    try {
      const found = document.querySelector(target);
      this.#targets.add(target);
      this.missing = found ? "" : target;
      return found;
    } catch {
      this.missing = target;
      return null;
    }
  }
}

export function remove(elements: Iterable<Element>): void {
  for (const element of elements) element.remove();
}

/** What tags have in common that ask for the same, on whatever page. */
function likeness(tag: Element): string {
  return JSON.stringify({ ...optionsOf(tag), page: null });
}

export function setOptions(element: Element, options: Options): void {
  for (const name of OPTION_NAMES) {
    const value = options[name];
    if (value !== undefined) element.setAttribute(attributeOf(name), value);
  }
}
