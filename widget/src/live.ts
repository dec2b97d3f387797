/**
 * A page's live stream: one EventSource shared by all its tabs. One tab holds it, reconnects after failures,
 * and disconnects while hidden. If the stream is silent (a buffering proxy, no free connection), listeners
 * are told to reload, at growing intervals.
 */

import { addressOf } from "./api.js";
import { channelTo } from "./tabs.js";

/** Short, since a browser allows six connections per HTTP/1.1 server across all tabs. */
const HIDDEN_REST_MS = 5_000;
/** Longer than the time between two of the server's pings. */
const SILENT_MS = 32_000;
const FIRST_SILENT_MS = 5_000;
/** How long a tab that was hidden waits for the stream before it reloads what it may have missed. */
const TURN_MS = 300;
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

/** An event as broadcast between tabs: its name, data and ID. */
type Told = [LiveEvent, unknown, string];

export class Live {
  #source: EventSource | null = null;
  #last: string | null = null;
  #wait = FIRST_WAIT_MS;
  #timer = 0;
  #silence = 0;
  #patience = FIRST_SILENT_MS;
  #ending: AbortController | null = null;
  #tabs: BroadcastChannel | null = null;
  /** This tab's place in the queue for the stream; aborting gives it up. */
  #turn: AbortController | null = null;
  #holds = false;
  /** Events from other tabs that arrived while the thread was loading. */
  #meanwhile: Told[] | null = null;

  constructor(
    private readonly address: { base: string; site: string; page: string },
    private readonly told: (event: LiveEvent, data: unknown) => void,
  ) {}

  get #name(): string {
    const { base, site, page } = this.address;
    return `answerback:${base}${site}:${page}`;
  }

  /**
   * Call before loading the thread: events from other tabs are buffered from here on and replayed by `start`.
   */
  listen(): void {
    this.#meanwhile = [];
    this.#join();
  }

  #join(): void {
    if (this.#tabs || document.hidden) return;
    this.#tabs = channelTo(this.#name);
    if (!this.#tabs) return;
    this.#tabs.onmessage = ({ data }: MessageEvent<Told>) => {
      this.#meanwhile?.push(data);
      this.#hear(data);
    };
  }

  /** Listens to events after `last`; a second call restarts from there. */
  start(last: string | null): void {
    this.#last = last;
    if (!this.#ending) {
      this.#ending = new AbortController();
      document.addEventListener("visibilitychange", this.#seen, this.#ending);
      // A page in the back/forward cache holds no connection.
      addEventListener("pagehide", this.#rest, this.#ending);
      addEventListener("pageshow", this.#seen, this.#ending);
    }
    this.#connect();
    const missed = this.#meanwhile ?? [];
    this.#meanwhile = null;
    for (const [event, data] of missed) this.told(event, data);
  }

  stop(): void {
    this.#ending?.abort();
    this.#ending = null;
    this.#rest();
  }

  #rest = (): void => {
    this.#close();
    this.#turn?.abort();
    this.#turn = null;
    this.#holds = false;
    this.#tabs?.close();
    this.#tabs = null;
  };

  #close(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#silence);
    this.#source?.close();
    this.#source = null;
  }

  /** Triggers a reload after this long without events; the reload restarts the wait. */
  #expect(within: number): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      this.#patience = Math.min(LONGEST_WAIT_MS, this.#patience * 1.5);
      this.told("reload", null);
    }, within);
  }

  #hear([event, data, id]: Told): void {
    if (!this.#ending) return;
    this.#patience = FIRST_SILENT_MS;
    this.#expect(SILENT_MS);
    if (id) this.#last = id;
    this.told(event, data);
  }

  #connect = (): void => {
    this.#close();
    if (document.hidden) return;
    this.#expect(this.#patience);
    if (this.#holds) this.#stream();
    else if (!this.#turn) void this.#queue(new AbortController());
  };

  /** Streams once no other tab does; at once, and for this tab alone, if tabs cannot coordinate. */
  async #queue(turn: AbortController): Promise<void> {
    this.#turn = turn;
    const { signal } = turn;
    const hold = () => {
      if (signal.aborted) return;
      this.#holds = true;
      this.#connect();
      return new Promise((given) => signal.addEventListener("abort", given));
    };
    try {
      if (!this.#tabs) throw signal;
      await navigator.locks.request(this.#name, { signal }, hold);
    } catch {
      if (signal.aborted) return;
      this.#tabs?.close();
      this.#tabs = null;
      void hold();
    }
  }

  #stream(): void {
    const { base, site, page } = this.address;
    const source = new EventSource(addressOf(base, "api/events/", { site, page, after: this.#last }));
    this.#source = source;
    source.onopen = () => {
      this.#wait = FIRST_WAIT_MS;
    };
    // EventSource reconnects after a dropped connection, but never after an error status.
    source.onerror = () => {
      if (source !== this.#source || source.readyState !== EventSource.CLOSED) return;
      this.#timer = setTimeout(this.#connect, this.#wait * (0.75 + Math.random() / 2));
      this.#wait = Math.min(LONGEST_WAIT_MS, this.#wait * 2);
    };
    for (const name of LIVE_EVENTS) {
      source.addEventListener(name, ({ data, lastEventId }) => {
        const told: Told = [name, data ? JSON.parse(data) : null, lastEventId];
        this.#tabs?.postMessage(told);
        this.#hear(told);
      });
    }
  }

  #seen = (): void => {
    if (document.hidden) {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(this.#rest, HIDDEN_REST_MS);
    } else if (!this.#ending) {
      return;
    } else if (this.#turn && this.#source?.readyState !== EventSource.CLOSED) {
      clearTimeout(this.#timer);
    } else {
      this.#join();
      this.#connect();
      if (!this.#holds) this.#expect(TURN_MS);
    }
  };
}
