/** Base class of the page's two elements: shadow root, language, theme, live region, DOM events. */

import type { Config, Locate } from "../config.js";
import type { Signal } from "../core/state.js";
import { counted, fill, isRightToLeft } from "../core/texts.js";
import { type Child, h, render, styleSheet } from "../dom.js";
import { type Locale, localeOf } from "../locale.js";
import { lookOf, sheets, toWrite, waiting } from "../parts.js";
import { release, remember } from "../place.js";
import type { Lease, Shown } from "../registry.js";
import { beginSlice } from "../rows.js";
import type { Info } from "../session.js";
import { css } from "../styles/all.js";
import { darkGround, prefersDark, watchGround } from "./backdrop.js";

let locate: Locate;
let sheet: CSSStyleSheet | null = null;
const ignored = () => undefined;

/** Set by the loader, which knows the server's URL and the script tag's options. */
export function setLocate(given: Locate): void {
  locate = given;
}

const SAID_MS = 4_000;
/** Comments that arrive within this time share one announcement. */
const JOINED_MS = 1_000;
/** Themes without their own style sheet. */
const PLAIN = ["auto", "light", "dark"];

/**
 * Keeps typing from triggering the page's keyboard shortcuts; Tab, Escape and Ctrl/Cmd combinations still
 * pass.
 */
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
  #come = 0;
  #coming = 0;
  #look = "";
  /** The theme's style sheet, if it has one. */
  #theme: CSSStyleSheet[] = [];
  #due = false;
  #dark: boolean | null = null;

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

  /**
   * Applies the current options: another page loads another thread, another theme or language only rerenders.
   */
  refresh(): void {
    const now = locate(this);
    const before = this.#config;
    if (before && before.site === now.site && before.page === now.page && before.base === now.base) {
      // Later requests use the new page.
      Object.assign(before, now);
      if (now.ssoToken) void this.store.session.do("vouch", now.ssoToken);
      this.draw();
      return;
    }
    this.stop();
    this.#start();
  }

  #start(): void {
    // Cheap here, before there are any new styles to compute.
    this.#dark = darkGround(this);
    const shadow = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    sheet ??= styleSheet(css);
    this.#theme = [];
    this.#look = "";
    this.#dress(shadow);
    if (!this.#root) {
      this.#root = document.createElement("div");
      this.#root.className = "root";
      this.#root.setAttribute("part", "root");
      // Fallback for the focus, so that it never moves to the page's body.
      this.#root.tabIndex = -1;
      // Keep the server-rendered content until there is something to replace it.
      if (!shadow.firstChild) shadow.append(this.#root);
      for (const type of ["pointerover", "focusin"]) shadow.addEventListener(type, this.#meant);
      for (const type of ["keydown", "keypress", "keyup"]) shadow.addEventListener(type, keep);
      // Pick up the current page key first.
      shadow.addEventListener("send", () => this.refresh(), true);
    }
    this.#config = locate(this);
    const unwatch = watchGround(this, () => {
      const before = this.#dark;
      this.#dark = darkGround(this);
      if (this.#dark !== before) this.draw();
    });
    waiting.add(this.#arrived);
    const end = this.begin(this.#config);
    const settled = this.#settle(this.#root, this.#config.page);
    this.#close = () => {
      waiting.delete(this.#arrived);
      unwatch();
      clearTimeout(this.#saying);
      clearTimeout(this.#coming);
      settled();
      end();
    };
    // In a separate task: if the comments have already loaded, the first render shows them.
    setTimeout(() => this.draw());
  }

  /**
   * Removes the reserved height: at once if the content fills it, otherwise when it causes no visible layout
   * shift (off screen, or right after input).
   */
  #settle(root: HTMLElement, page: string): () => void {
    let height = 0;
    let seen = true;
    const look = (by?: Event) => {
      if (this.whole && (by || !seen || height >= this.clientHeight)) release(this);
    };
    const sizes = new ResizeObserver(([entry]) => {
      height = entry?.borderBoxSize[0]?.blockSize ?? 0;
      look();
    });
    const sight = new IntersectionObserver(([entry]) => {
      seen = entry?.isIntersecting ?? true;
      look();
    });
    sizes.observe(root);
    sight.observe(this);
    const ending = new AbortController();
    for (const type of ["click", "keydown"]) addEventListener(type, look, ending);
    const keep = () => this.whole && remember(this, page, height);
    addEventListener("pagehide", keep, ending);
    return () => {
      keep();
      sizes.disconnect();
      sight.disconnect();
      ending.abort();
    };
  }

  /** Whether everything is loaded and drawn. */
  protected abstract get whole(): boolean;

  /** Adopts the base style sheet, the theme's, and those of the loaded parts. */
  #dress(shadow = this.shadowRoot as ShadowRoot): void {
    shadow.adoptedStyleSheets = [sheet as CSSStyleSheet, ...this.#theme, ...sheets];
  }

  /** Hovering or focusing a control is a sign of an action to come: preloads what it needs. */
  #meant = (event: Event): void => {
    if (!(event.composedPath()[0] as Element).closest("button,select,textarea")) return;
    toWrite().catch(ignored);
    void this.#lease?.thing.meet();
  };

  /** Loads and applies a named theme. */
  async #wear(theme: string): Promise<void> {
    const look = PLAIN.includes(theme) ? "" : theme;
    if (this.#look === look) return;
    this.#look = look;
    const text = look && (await lookOf(look));
    if (this.#look !== look) return;
    this.#theme = [styleSheet(text)];
    this.#dress();
  }

  /** Disconnects from everything and renders nothing until the element is connected again. */
  stop(): void {
    this.#close?.();
    this.#close = this.#config = null;
    if (this.#root) render(this.#root, []);
  }

  /** Leases the store that it shows. */
  protected abstract lend(config: Config): Lease<T>;
  protected abstract view(locale: Locale, config: Config): Child[];

  /** Subscribes to the store; returns the cleanup. */
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

  protected get info(): Info | null {
    return this.#lease?.thing.session.state.info ?? null;
  }

  reload(): void {
    void this.#lease?.thing.load();
  }

  /** Null until the texts have loaded. */
  get locale(): Locale | null {
    const { lang: wanted, base = "" } = this.#config ?? {};
    return localeOf(wanted || this.info?.settings.lang || navigator.language, base, this.#arrived);
  }

  /** Runs when a part has loaded: texts, or code with its style sheet. */
  #arrived = (): void => {
    if (this.#close) this.#dress();
    this.draw();
  };

  draw(): void {
    const [root, config] = [this.#root, this.#config];
    if (!root || !config || !this.#close) return;
    const { locale } = this;
    if (!locale) return;
    beginSlice();
    const theme = config.theme ?? this.info?.settings.theme ?? "auto";
    // Setting an unchanged value would restyle the whole subtree.
    if (root.lang !== locale.lang) {
      root.lang = locale.lang;
      // Other content keeps the page's direction.
      root.dir = isRightToLeft(locale.lang) ? "rtl" : "";
    }
    const dark = theme === "light" ? false : theme === "dark" || (this.#dark ?? prefersDark());
    void this.#wear(theme);
    const shade = dark ? "dark" : "light";
    if (root.dataset.theme !== shade) root.dataset.theme = shade;
    // The element then paints its own background to stay readable.
    root.toggleAttribute("data-panel", dark !== this.#dark);
    const live = h("p", { key: "live", class: "unseen", role: "status", "aria-live": "polite" }, this.#said);
    render(root, [...this.view(locale, config), live]);
    if (!root.parentNode && this.ready) this.shadowRoot?.replaceChildren(root);
    this.drawn(root);
  }

  /** Whether there is more to show than a loading state. */
  protected get ready(): boolean {
    return true;
  }

  protected drawn(_root: HTMLElement): void {}

  /** Forwards a store's signals: to the page as DOM events, to screen readers as announcements. */
  protected heard = (signal: Signal): void => {
    if ("show" in signal) this.reveal(signal.show);
    else if ("event" in signal) {
      const { event, detail } = signal;
      this.dispatchEvent(new CustomEvent(event, { detail, bubbles: true, composed: true }));
    } else this.#tell(signal);
  };

  #tell({ say, name }: Extract<Signal, { say: string }>): void {
    const { texts, lang } = this.locale ?? {};
    if (!texts || !lang) return;
    if (say !== "comment") {
      this.#say(texts[say]);
      return;
    }
    this.#come++;
    clearTimeout(this.#coming);
    this.#coming = setTimeout(() => {
      const many = this.#come > 1 && counted(texts.newComments, this.#come, lang);
      this.#say(many || fill(texts.newCommentBy, { name: name || texts.anonymous }));
      this.#come = 0;
    }, JOINED_MS);
  }

  /** Announces a text to screen readers, once. */
  #say(text: string): void {
    this.#said = text;
    clearTimeout(this.#saying);
    this.#saying = setTimeout(() => {
      this.#said = "";
      this.draw();
    }, SAID_MS);
    this.draw();
  }

  /** Scrolls a comment into view. */
  protected reveal(_id: string): void {}
}
