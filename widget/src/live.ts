/**
 * The live stream of a page: one EventSource that comes back after any break and rests while nobody looks. Where it is
 * silent (a proxy that holds it back, all connections taken), what listens is told to read anew, less and less often.
 */

import { addressOf } from "./api.js";

/** Soon, since a browser has six connections to an HTTP/1.1 server, for all tabs together. */
const HIDDEN_REST_MS = 5_000;
/** Longer than two of the server's pings are apart. */
const SILENT_MS = 32_000;
const FIRST_SILENT_MS = 5_000;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;

export const LIVE_EVENTS = [
  "comment.added",
  "comment.changed",
  "comment.removed",
  "answer.queued",
  "answer.delta",
  "answer.settled",
  "reload",
  "ping",
] as const;
export type LiveEvent = (typeof LIVE_EVENTS)[number];

export class Live {
  #source: EventSource | null = null;
  #last: string | null = null;
  #wait = FIRST_WAIT_MS;
  #timer = 0;
  #silence = 0;
  #patience = FIRST_SILENT_MS;
  #open = false;

  constructor(
    private readonly address: { base: string; site: string; page: string },
    private readonly told: (event: LiveEvent, data: unknown) => void,
  ) {}

  /** Listens to what comes after `last`; called again, it starts anew from there. */
  start(last: string | null): void {
    this.stop();
    this.#last = last;
    this.#open = true;
    document.addEventListener("visibilitychange", this.#seen);
    this.#connect();
  }

  stop(): void {
    this.#open = false;
    document.removeEventListener("visibilitychange", this.#seen);
    this.#close();
  }

  #close(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#silence);
    this.#source?.close();
    this.#source = null;
  }

  /** Reading anew begins to listen anew, too. */
  #expect(within: number): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      this.#patience = Math.min(LONGEST_WAIT_MS, this.#patience * 1.5);
      this.told("reload", null);
    }, within);
  }

  #connect = (): void => {
    this.#close();
    if (document.hidden) return;
    this.#expect(this.#patience);
    const { base, site, page } = this.address;
    const source = new EventSource(addressOf(base, "api/events/", { site, page, after: this.#last }));
    this.#source = source;
    source.onopen = () => {
      this.#wait = FIRST_WAIT_MS;
    };
    // The browser comes back by itself after a cut, but gives up for good after a refusal.
    source.onerror = () => {
      if (source !== this.#source || source.readyState !== EventSource.CLOSED) return;
      this.#timer = setTimeout(this.#connect, this.#wait * (0.75 + Math.random() / 2));
      this.#wait = Math.min(LONGEST_WAIT_MS, this.#wait * 2);
    };
    for (const name of LIVE_EVENTS) {
      source.addEventListener(name, (event) => {
        this.#patience = FIRST_SILENT_MS;
        this.#expect(SILENT_MS);
        if (event.lastEventId) this.#last = event.lastEventId;
        this.told(name, event.data ? JSON.parse(event.data) : null);
      });
    }
  };

  #seen = (): void => {
    if (document.hidden) {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#close(), HIDDEN_REST_MS);
    } else if (!this.#open) {
      return;
    } else if (this.#source && this.#source.readyState !== EventSource.CLOSED) {
      clearTimeout(this.#timer);
    } else {
      this.#connect();
    }
  };
}
