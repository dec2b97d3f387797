/** The visitor's session on this site, and their quota. */

import { ActingStore } from "./acting.js";
import { type Api, problemOf } from "./api.js";
import type { Quota, Session as SessionInfo, Visitor } from "./core/types.js";
import type { Writing } from "./parts.js";
import { BrowserStorage } from "./storage.js";
import { channelTo } from "./tabs.js";
import type { SessionActions } from "./writing/session_actions.js";
import type { Handed } from "./writing/signing_in.js";

/** Broadcast between tabs: alone, it asks for a token; with a token appended, it is the reply. */
export const ASKS = "?";

/** The session of an unknown visitor. */
const NOBODY = { visitor: null, quota: null, mine: { votes: {}, pending: [] } };

export type Info = Omit<SessionInfo, "quota"> & { quota: Quota | null };

/** What a thread's response says about the site and its AI provider. */
type Told = Pick<SessionInfo, "settings" | "provider" | "provider_name">;

export interface SessionState {
  info: Info | null;
  loaded: boolean;
  offline: boolean;
  /** Whether the last attempt to sign in failed. */
  refused: boolean;
}

let arrived: Handed | null = null;

/** Takes the sign-in code that the loader has found in the URL and removed. */
export function setArrived(handed: Handed | null): void {
  arrived = handed;
}

export class Session extends ActingStore<SessionState, SessionActions> {
  readonly kept: BrowserStorage;
  /** The thread being loaded, which brings the site's settings. */
  reading: Promise<unknown> | null = null;
  #seen: BrowserStorage;
  #tabs: BroadcastChannel | null = null;
  #loading: Promise<void> | null = null;
  #dead: string | null = null;

  constructor(
    readonly api: Api,
    readonly page: string,
    readonly site: string,
  ) {
    super({ info: null, loaded: false, offline: !navigator.onLine, refused: false });
    this.kept = new BrowserStorage(`answerback:${site}:`, "sessionStorage");
    this.#seen = new BrowserStorage(`answerback:${site}:`);
    api.token = this.kept.get<string>("token");
  }

  /** Watches the connection and the other tabs, until the returned function is called. */
  open(): () => void {
    const told = () => this.set({ offline: !navigator.onLine });
    const ending = new AbortController();
    for (const type of ["online", "offline"]) addEventListener(type, told, ending);
    this.#tabs = channelTo(`answerback:${this.api.base}${this.site}`);
    if (this.#tabs) this.#tabs.onmessage = ({ data }: MessageEvent<string | null>) => this.#hear(data);
    if (!this.api.token) this.tell(ASKS);
    const handed = arrived;
    if (handed) {
      void this.do("arrive", handed).then((mine) => {
        if (mine) arrived = null;
      });
    }
    return () => {
      this.#tabs?.close();
      this.#tabs = null;
      this.actions?.signing.close();
      ending.abort();
    };
  }

  /** Broadcasts to the other tabs. */
  tell(what: string | null): void {
    this.#tabs?.postMessage(what);
  }

  #hear(said: string | null): void {
    const { token } = this.api;
    if (said !== ASKS) void this.do("hear", said, this.#dead);
    else if (token) this.tell(ASKS + token);
  }

  protected override equip({ SessionActions }: Writing): SessionActions {
    return new SessionActions(this);
  }

  get visitor(): Visitor | null {
    return this.state.info?.visitor ?? null;
  }

  /** Whether a session is likely: this browser has had one, or is about to start one. */
  get expected(): boolean {
    return !!(this.api.token || arrived || this.#seen.get("session"));
  }

  /** Takes the site's settings for this page from a thread's response. */
  learn({ settings, provider, provider_name }: Told): void {
    this.set({ info: { ...(this.state.info ?? NOBODY), settings, provider, provider_name } });
  }

  /** Loads the session unless it has been loaded; true if that finds a visitor. */
  async meet(): Promise<boolean> {
    if (this.state.loaded) return false;
    await this.load().catch(() => undefined);
    return !!this.visitor;
  }

  /** Loads the session. An expired token is dropped; another tab may have a valid one. */
  load(): Promise<void> {
    this.#loading ??= this.#load().finally(() => {
      this.#loading = null;
    });
    return this.#loading;
  }

  async #load(): Promise<void> {
    let info = await this.#info();
    if (!info && this.api.token) {
      this.#dead = this.api.token;
      this.keepToken(null);
      this.tell(ASKS);
      info = await this.#info();
    }
    this.set({ info: info ?? this.state.info, loaded: true });
    this.#seen.set("session", this.visitor && true);
  }

  async #info(): Promise<SessionInfo | null> {
    try {
      return await this.api.session(this.page);
    } catch (error) {
      if (problemOf(error).status === 401) return null;
      this.set({ loaded: true });
      throw error;
    }
  }

  /** Reloads the session after any load in progress; a failure keeps the current state. */
  async renew(): Promise<void> {
    await this.#loading?.catch(() => undefined);
    await this.load().catch(() => undefined);
  }

  keepToken(token: string | null): void {
    this.api.token = token;
    this.kept.set("token", token);
  }
}
