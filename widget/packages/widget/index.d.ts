import type { Answer, Comment } from "./api.js";

export type Mode = "both" | "comments" | "ask";
export type Theme = "auto" | "light" | "dark" | "paper" | "ink" | "forest" | "ocean" | "rose" | "terminal";

/** What to show. Options left out default to the site's settings or the page's own values. */
export interface Options {
  /** The site's key, from `answerback site add`. */
  site: string;
  /** The thread's key. Default: the page's canonical link, else its URL. */
  page?: string;
  mode?: Mode;
  theme?: Theme;
  /** A BCP 47 tag, such as `ko`. Default: the page's language. */
  lang?: string;
  /** A token from your own server for its signed-in user. */
  ssoToken?: string;
}

/** Where to load the script from. */
export interface Source {
  /** The URL of your Answerback server, such as `https://comments.example.com`. */
  server: string;
  /** The script's integrity hash, from `answerback site show KEY --integrity`. */
  integrity?: string;
}

export interface Mounted {
  update(changes: Partial<Options>): void;
  destroy(): void;
}

/** `window.Answerback`. */
export interface Answerback {
  mount(element: Element, options?: Partial<Options>): Mounted;
  update(options?: Partial<Options>): void;
  reload(): void;
  destroy(): void;
}

/** Loads the server's script, once per page. Rejects if it fails to load; the next call retries. */
export function load(source: Source & Pick<Options, "site">): Promise<Answerback>;

/** Adds comments and ask box to an element. The handle works at once, even before the script has loaded. */
export function mount(element: Element, options: Source & Options): Mounted;

/** The `detail` of each event. All of them bubble and are composed. */
export interface Events {
  "answerback:ready": { page: string; total?: number };
  "answerback:comment": { comment: Comment };
  "answerback:answer": { answer: Answer };
  "answerback:error": { code: string };
}

type EventMap = { [Name in keyof Events]: CustomEvent<Events[Name]> };

declare global {
  interface HTMLElementEventMap extends EventMap {}
  interface DocumentEventMap extends EventMap {}
  interface HTMLElementTagNameMap {
    "answerback-ask": HTMLElement;
    "answerback-comments": HTMLElement;
    "answerback-count": HTMLElement;
  }
}
