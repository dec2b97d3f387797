/** The button that offers to ask about the page's selected text. */

import type { ChatStore } from "../chat.js";
import { OUTER } from "../constants.js";
import { passageOf } from "../core/asked_passage.js";
import { type Child, h, scrolling } from "../dom.js";
import type { Asking } from "../elements/ask.js";
import { ICON, icon } from "../elements/view.js";
import { passageAt, place } from "./asked_passages.js";

/** Debounce delay: a selection fires an event with every letter. */
const SETTLED_MS = 200;
const EDGE = 8;
const FINGER = 32;
const FIELDS = "input,textarea,select,iframe,[contenteditable]:not([contenteditable=false])";
const ACTIVE = "a,button,label,summary,input,textarea,select";

export function aboutButton({ store, texts, focus }: Asking): Child {
  return h(
    "button",
    {
      key: "about",
      type: "button",
      class: "about-this",
      part: "button about",
      popover: "manual",
      // Pressing the button must not clear the selection.
      onmousedown: (event: Event) => event.preventDefault(),
      onclick: () => void store.do("takePassage").then(focus),
      ref: (button: HTMLElement) => following.set(store, new Selecting(button, store)),
    },
    icon(ICON.spark),
    texts.askAbout,
  );
}

const following = new WeakMap<ChatStore, Selecting>();

/** Takes the selected passage, once, and hides the button. */
export const takeSelected = (store: ChatStore): string => following.get(store)?.take() ?? "";

class Selecting {
  #range: Range | null = null;
  #quote = "";
  #later = 0;
  readonly #ending = new AbortController();

  constructor(
    private readonly button: HTMLElement,
    private readonly store: ChatStore,
  ) {
    const { signal } = this.#ending;
    const settle = () => {
      clearTimeout(this.#later);
      this.#later = setTimeout(() => this.#look(), SETTLED_MS);
    };
    document.addEventListener("selectionchange", settle, { signal });
    document.addEventListener("keydown", (event) => this.#key(event), { signal });
    document.addEventListener("click", (event) => this.#follow(event), { signal });
    for (const type of ["scroll", "resize"]) {
      addEventListener(type, () => this.#quote && this.#place(), { capture: true, passive: true, signal });
    }
    settle();
  }

  take(): string {
    const { button } = this;
    const quote = this.#quote;
    if (quote && this.#range) place(quote, this.#range);
    this.#hide();
    // Some browsers keep the focus on a hidden element.
    button.blur();
    return quote;
  }

  get #shown(): boolean {
    return this.button.hasAttribute("data-on");
  }

  #look(): void {
    const { button } = this;
    if (!button.isConnected) {
      this.#ending.abort();
      return;
    }
    const root = button.getRootNode() as ShadowRoot;
    const selection = getSelection();
    const range = selection?.rangeCount ? selection.getRangeAt(0) : null;
    // If the page has several ask boxes, the first one is used.
    const own = document.querySelector(root.host.localName) === root.host;
    const quote = own && range && isOfPage(range) ? passageOf(`${selection}`) : "";
    // Moving the focus to the button may clear the selection.
    if (root.activeElement === button) return;
    if (quote && range) this.#show(quote, range.cloneRange());
    else this.#hide();
  }

  #show(quote: string, range: Range): void {
    const { button } = this;
    const fresh = quote !== this.#quote;
    this.#quote = quote;
    this.#range = range;
    button.setAttribute("data-on", "");
    if (button.showPopover && !button.matches(":popover-open")) button.showPopover();
    this.#place();
    if (fresh) this.store.signal({ say: "selected" });
  }

  #hide(): void {
    if (!this.#shown) return;
    this.#quote = "";
    this.#range = null;
    this.button.removeAttribute("data-on");
    this.button.hidePopover?.();
  }

  /** Below the selection's end, clear of the system's own menu; above it if there is no room. */
  #place(): void {
    const rects = [...(this.#range?.getClientRects() ?? [])].filter(({ width }) => width > 0);
    const [first, last] = [rects[0], rects.at(-1)];
    const { button } = this;
    const { offsetWidth: width, offsetHeight: height, style } = button;
    const seen = first && last && last.bottom > 0 && first.top < innerHeight;
    style.setProperty("visibility", seen ? "visible" : "hidden");
    if (!seen) return;
    const gap = matchMedia("(pointer: coarse)").matches ? FINGER : EDGE;
    const below = last.bottom + gap;
    const top = below + height + EDGE > innerHeight ? first.top - height - gap : below;
    const start = this.#range?.startContainer;
    const element = start instanceof Element ? start : start?.parentElement;
    const rightToLeft = element && getComputedStyle(element).direction === "rtl";
    const left = rightToLeft ? last.left : last.right - width;
    style.setProperty("top", `${within(top, innerHeight - height)}px`);
    style.setProperty("left", `${within(left, document.documentElement.clientWidth - width)}px`);
  }

  #key(event: KeyboardEvent): void {
    if (!this.#shown || event.defaultPrevented) return;
    if (event.key === "Escape") this.#hide();
    const free = !document.activeElement?.matches(`${FIELDS},${OUTER}`);
    if (event.key !== "Tab" || event.shiftKey || !free) return;
    event.preventDefault();
    this.button.focus();
  }

  /** Leads from a highlighted passage to its answer. */
  #follow(event: MouseEvent): void {
    const target = event.target as Element;
    if (target.closest(`${ACTIVE},${OUTER}`) || getSelection()?.isCollapsed === false) return;
    const quote = passageAt(event.clientX, event.clientY);
    const root = this.button.getRootNode() as ShadowRoot;
    const asked = [...root.querySelectorAll<HTMLElement>(".talk .about")];
    const entry = quote && asked.findLast((each) => each.textContent === quote);
    if (!entry) return;
    entry.scrollIntoView({ block: "center", behavior: scrolling() });
    entry.focus({ preventScroll: true });
  }
}

/** Whether the selection is the page's text, not a form field. */
function isOfPage({ startContainer, endContainer, collapsed }: Range): boolean {
  if (collapsed || document.activeElement?.matches(`${FIELDS},${OUTER}`)) return false;
  return [startContainer, endContainer].every((node) => {
    const element = node instanceof Element ? node : node.parentElement;
    return !element?.closest(`${FIELDS},${OUTER}`);
  });
}

const within = (at: number, most: number): number => Math.max(EDGE, Math.min(at, most - EDGE));
