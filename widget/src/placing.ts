/**
 * Keeps each tag's elements in place, exactly once, even if a framework inserts, removes, copies or restores
 * nodes.
 */

import { attributeOf, OPTION_NAMES, type Options, optionsOf } from "./config.js";
import { ASK, COMMENTS, OUTER } from "./constants.js";

export type Placed = HTMLElement & { refresh?(): void; reload?(): void; stop?(): void };

/** Marks the elements we have created; copies that a framework makes carry it, too. */
const MARK = "data-answerback";
const TELLING = `script[data-site],link[rel~="canonical" i],${OUTER}`;
/** Maximum number of insertions per URL: beyond it, the page is removing the elements on purpose. */
const MOST_INSERTIONS = 1_000;

/** Marks tags that were on the page when `destroy()` was called: they no longer count. */
const ENDED = "answerbackEnded";

export class Placing {
  readonly #groups = new Map<HTMLScriptElement, Placed[]>();
  readonly #mounted = new WeakSet<Element>();
  /** Selectors that tags target. */
  readonly #targets = new Set<string>();
  /** The selector of a target that is not on the page. */
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
   * `seen` is called with each element on the page, `changed` when the page's metadata may have changed;
   * `understood` tells whether a tag has no mistakes.
   */
  constructor(
    private readonly script: HTMLScriptElement | null,
    private readonly seen: (element: Placed) => void,
    private readonly changed: () => void,
    private readonly understood: (tag: Element) => boolean,
  ) {
    // Some routers remove the tag before it has run.
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

  /** Removes everything that was placed, and stops observing the page. */
  end(): void {
    this.#observer.disconnect();
    for (const tag of this.tags()) Object.assign(tag, { [ENDED]: true });
    remove(document.querySelectorAll(`[${MARK}]`));
  }

  /** Resets the insertion limit for a new URL. */
  renew(): void {
    this.#insertions = 0;
  }

  /** The tags on the page; one that was never attached counts as long as there is no other. */
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

  /** The tag that an element belongs to. */
  tagOf(element: Element): HTMLScriptElement | null {
    for (const [tag, elements] of this.#groups) if (elements.includes(element as Placed)) return tag;
    return this.tags().at(-1) ?? this.script;
  }

  /**
   * Syncs the page with its tags. Elements of a removed tag are reused for a new tag with the same options.
   */
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

  /** Places elements until they are removed explicitly. */
  mount(element: Element, options: Options): Placed[] {
    const elements = this.#elementsFor(options);
    for (const each of elements) this.#mounted.add(each);
    element.append(...elements);
    elements.forEach(this.seen);
    return elements;
  }

  /**
   * At the tag or its target, unless the page has elements of its own; `moved`: they were reused from another
   * tag.
   */
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

  /** False if the page has placed its own elements, or if the tag has a target, even a missing one. */
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

  /** The element that an option targets; null if there is none, or if the selector is invalid. */
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

/** What identifies tags with the same options, regardless of the page. */
function likeness(tag: Element): string {
  return JSON.stringify({ ...optionsOf(tag), page: null });
}

export function setOptions(element: Element, options: Options): void {
  for (const name of OPTION_NAMES) {
    const value = options[name];
    if (value !== undefined) element.setAttribute(attributeOf(name), value);
  }
}
