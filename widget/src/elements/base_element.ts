/** What the two elements of a page have in common: shadow root, language, theme, live region, DOM events. */

import type { Config, Locate } from "../config.js";
import type { Signal } from "../core/state.js";
import { fill, isRightToLeft } from "../core/texts.js";
import type { Session as SessionInfo } from "../core/types.js";
import { type Child, h, render, styleSheet } from "../dom.js";
import { type Locale, localeOf } from "../locale.js";
import { toWrite, waiting, writing } from "../parts.js";
import type { Lease, Shown } from "../registry.js";
import { beginSlice } from "../rows.js";
import { css } from "../styles/all.js";
import { darkGround, prefersDark, watchGround } from "./backdrop.js";

let locate: Locate;
let sheet: CSSStyleSheet | null = null;
let writingSheet: CSSStyleSheet | null = null;

/** The loader knows where the server is and what the script tag says. */
export function setLocate(given: Locate): void {
  locate = given;
}

const SAID_MS = 4_000;

/** What is typed here is not for the page's shortcuts; what moves, closes or commands goes on. */
function keep(event: Event): void {
  const { key, ctrlKey, metaKey } = event as KeyboardEvent;
  if (ctrlKey || metaKey || key === "Tab" || key === "Escape") return;
  if ((event.composedPath()[0] as Element).matches("textarea,input")) event.stopPropagation();
}

export abstract class BaseElement<T extends Shown> extends HTMLElement {
  static observedAttributes = ["site", "page", "theme", "lang"].flatMap((name) => [name, `data-${name}`]);

  #root: HTMLElement | null = null;
  #config: Config | null = null;
  #lease: Lease<T> | null = null;
  #close: (() => void) | null = null;
  #said = "";
  #saying = 0;
  #due = false;
  #dark: boolean | null = null;
  #equipped = false;

  connectedCallback(): void {
    if (!this.#close) this.#start();
  }

  disconnectedCallback(): void {
    // A moved element is reconnected at once and need not reload.
    queueMicrotask(() => !this.isConnected && this.stop());
  }

  attributeChangedCallback(): void {
    if (this.#due || !this.#close) return;
    this.#due = true;
    queueMicrotask(() => {
      this.#due = false;
      if (this.#close) this.refresh();
    });
  }

  /** Takes the options anew: another page is another thread, another theme or language only looks different. */
  refresh(): void {
    const now = locate(this);
    const before = this.#config;
    if (before && before.site === now.site && before.page === now.page && before.base === now.base) {
      // Requests from here on use the new page.
      Object.assign(before, now);
      if (now.ssoToken) void this.store.session.do("vouch", now.ssoToken);
      this.draw();
      return;
    }
    this.stop();
    this.#start();
  }

  #start(): void {
    const shadow = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    sheet ??= styleSheet(css);
    shadow.adoptedStyleSheets = [sheet];
    this.#equipped = false;
    if (!this.#root) {
      this.#root = document.createElement("div");
      this.#root.className = "root";
      this.#root.setAttribute("part", "root");
      // What the server has written stays until there is something to put in its place.
      if (!shadow.firstChild) shadow.append(this.#root);
      for (const type of ["pointerover", "focusin"]) shadow.addEventListener(type, this.#meant);
      for (const type of ["keydown", "keypress", "keyup"]) shadow.addEventListener(type, keep);
      // Wait until the page's key is known.
      shadow.addEventListener("send", () => this.refresh(), true);
    }
    this.#config = locate(this);
    this.#dark = darkGround(this);
    const unwatch = watchGround(this, () => {
      const before = this.#dark;
      this.#dark = darkGround(this);
      if (this.#dark !== before) this.draw();
    });
    waiting.add(this.#arrived);
    const end = this.begin(this.#config);
    this.#close = () => {
      waiting.delete(this.#arrived);
      unwatch();
      clearTimeout(this.#saying);
      end();
    };
    this.draw();
  }

  /** Once the code for writing is here, its style sheet goes with it. */
  #equip(): void {
    const part = writing();
    if (this.#equipped || !part) return;
    this.#equipped = true;
    writingSheet ??= styleSheet(part.css);
    this.shadowRoot?.adoptedStyleSheets.push(writingSheet);
  }

  /** Whoever has a button under the pointer is about to do something. */
  #meant = (event: Event): void => {
    if (writing() || !(event.composedPath()[0] as Element).closest("button,select,textarea")) return;
    toWrite().catch(() => undefined);
  };

  /** Lets go of everything; the place stays empty until the element is connected again. */
  stop(): void {
    this.#close?.();
    this.#close = this.#config = null;
    if (this.#root) render(this.#root, []);
  }

  /** What it shows. */
  protected abstract lend(config: Config): Lease<T>;
  protected abstract view(locale: Locale, config: Config): Child[];

  /** Takes what it needs; returns what ends it. */
  protected begin(config: Config): () => void {
    const lease = this.lend(config);
    this.#lease = lease;
    const { thing } = lease;
    const redraw = () => this.draw();
    const ends = [thing.watch(redraw), thing.session.watch(redraw), thing.hear(this.heard)];
    return () => {
      for (const end of ends) end();
      lease.release();
      this.#lease = null;
    };
  }

  protected get store(): T {
    return (this.#lease as Lease<T>).thing;
  }

  protected get info(): SessionInfo | null {
    return this.#lease?.thing.session.state.info ?? null;
  }

  reload(): void {
    void this.#lease?.thing.load();
  }

  /** Null until the words are here. */
  get locale(): Locale | null {
    const { lang: wanted, base = "" } = this.#config ?? {};
    return localeOf(wanted || this.info?.settings.lang || navigator.language, base, this.#arrived);
  }

  #arrived = () => this.draw();

  draw(): void {
    const [root, config] = [this.#root, this.#config];
    if (!root || !config || !this.#close) return;
    const { locale } = this;
    if (!locale) return;
    this.#equip();
    beginSlice();
    const theme = config.theme ?? this.info?.settings.theme ?? "auto";
    // Setting an unchanged value would restyle the whole subtree.
    if (root.lang !== locale.lang) {
      root.lang = locale.lang;
      // What is in no such language stays as the page has it.
      root.dir = isRightToLeft(locale.lang) ? "rtl" : "";
    }
    const dark = theme === "auto" ? (this.#dark ?? prefersDark()) : theme === "dark";
    const shade = dark ? "dark" : "light";
    if (root.dataset.theme !== shade) root.dataset.theme = shade;
    // The element then paints its own background to stay readable.
    root.toggleAttribute("data-panel", dark !== this.#dark);
    const live = h("p", { key: "live", class: "unseen", role: "status", "aria-live": "polite" }, this.#said);
    render(root, [...this.view(locale, config), live]);
    if (!root.parentNode && this.ready) this.shadowRoot?.replaceChildren(root);
    this.drawn(root);
  }

  /** Whether there is more to see than that something is coming. */
  protected get ready(): boolean {
    return true;
  }

  protected drawn(_root: HTMLElement): void {}

  /** Passes on what a store tells: to the page as a DOM event, to screen readers as words. */
  protected heard = (signal: Signal): void => {
    if ("event" in signal) {
      const { event, detail } = signal;
      this.dispatchEvent(new CustomEvent(event, { detail, bubbles: true, composed: true }));
      return;
    }
    const { texts } = this.locale ?? {};
    if (!texts) return;
    const name = signal.name || texts.anonymous;
    this.#said = {
      comment: fill(texts.newCommentBy, { name }),
      ready: texts.answerReady,
      failed: texts.unanswered,
      known: texts.known,
    }[signal.say];
    clearTimeout(this.#saying);
    this.#saying = setTimeout(() => {
      this.#said = "";
      this.draw();
    }, SAID_MS);
    this.draw();
  };
}
