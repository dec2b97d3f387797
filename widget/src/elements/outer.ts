/** What the two elements of a page have in common: shadow root, language, theme, live region, DOM events. */

import { type Config, configOf, type Defaults } from "../config.js";
import type { Signal } from "../core/state.js";
import type { SessionInfo } from "../core/types.js";
import { type Child, h, render, styleSheet } from "../dom.js";
import { en } from "../lang/en.js";
import { ko } from "../lang/ko.js";
import { css } from "../styles/all.js";
import { needsPanel } from "./backdrop.js";
import type { Tongue } from "./view.js";

let defaults: Defaults = { base: "" };
let sheet: CSSStyleSheet | null = null;

/** The loader tells where the server is and what the script tag says. */
export function setDefaults(given: Defaults): void {
  defaults = given;
}

const SAID_MS = 4_000;

export abstract class Outer extends HTMLElement {
  static observedAttributes = ["site", "page", "theme", "lang"].flatMap((name) => [name, `data-${name}`]);

  #root: HTMLElement | null = null;
  #config: Config | null = null;
  #close: (() => void) | null = null;
  #said = "";
  #saying = 0;
  #due = false;

  connectedCallback(): void {
    if (!this.#close) this.#start();
  }

  disconnectedCallback(): void {
    // Moved elements come back at once; they need not load anew.
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
    const now = configOf(this, defaults);
    const before = this.#config;
    if (before && before.site === now.site && before.page === now.page && before.base === now.base) {
      this.#config = { ...before, theme: now.theme, lang: now.lang };
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
    if (!this.#root) {
      this.#root = document.createElement("div");
      shadow.append(this.#root);
    }
    this.#config = configOf(this, defaults);
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    const redraw = () => this.draw();
    scheme.addEventListener("change", redraw);
    const end = this.begin(this.#config);
    this.#close = () => {
      scheme.removeEventListener("change", redraw);
      clearTimeout(this.#saying);
      end();
    };
    this.draw();
  }

  /** Lets go of everything; the place stays empty until the element is connected again. */
  stop(): void {
    this.#close?.();
    this.#close = null;
    if (this.#root) render(this.#root, []);
  }

  /** Takes what it needs; returns what ends it. */
  protected abstract begin(config: Config): () => void;
  protected abstract view(tongue: Tongue, config: Config): Child[];
  protected abstract get info(): SessionInfo | null;
  abstract reload(): void;

  get tongue(): Tongue {
    const wanted = this.#config?.lang || this.info?.settings.lang || navigator.language;
    return /^ko\b/i.test(wanted) ? { lang: "ko", texts: ko } : { lang: "en", texts: en };
  }

  draw(): void {
    const [root, config] = [this.#root, this.#config];
    if (!root || !config || !this.#close) return;
    const { tongue } = this;
    const theme = config.theme ?? this.info?.settings.theme ?? "auto";
    root.className = "root";
    root.setAttribute("part", "root");
    root.lang = tongue.lang;
    root.dataset.theme = theme;
    root.toggleAttribute("data-panel", needsPanel(this, theme));
    const live = h("p", { key: "live", class: "unseen", role: "status", "aria-live": "polite" }, this.#said);
    render(root, [...this.view(tongue, config), live]);
    this.drawn(root);
  }

  protected drawn(_root: HTMLElement): void {}

  /** Passes on what a store tells: to the page as a DOM event, to screen readers as words. */
  protected heard = (signal: Signal): void => {
    if ("event" in signal) {
      const { event, detail } = signal;
      this.dispatchEvent(new CustomEvent(event, { detail, bubbles: true, composed: true }));
      return;
    }
    const { texts } = this.tongue;
    const name = signal.name || texts.anonymous;
    this.#said =
      signal.say === "comment"
        ? texts.newCommentBy(name)
        : texts[signal.say === "ready" ? "answerReady" : "answerFailed"];
    clearTimeout(this.#saying);
    this.#saying = setTimeout(() => {
      this.#said = "";
      this.draw();
    }, SAID_MS);
    this.draw();
  };
}
