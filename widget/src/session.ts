/** Who the visitor is here, and what they may still ask. */

import { ActingStore } from "./acting.js";
import { type Api, problemOf } from "./api.js";
import type { Quota, Session as SessionInfo, Visitor } from "./core/types.js";
import type { Writing } from "./parts.js";
import { BrowserStorage } from "./storage.js";
import { channelTo } from "./tabs.js";
import type { SessionActions } from "./writing/session_actions.js";
import type { Handed } from "./writing/signing_in.js";

/** Between tabs, beside tokens: one that has none asks for one, which comes behind the same sign. */
export const ASKS = "?";

/** The session of an unknown visitor. */
const NOBODY = { visitor: null, quota: null, mine: { votes: {}, pending: [] } };

export type Info = Omit<SessionInfo, "quota"> & { quota: Quota | null };

/** What a thread says of the site and of who answers. */
type Told = Pick<SessionInfo, "settings" | "provider" | "provider_name">;

export interface SessionState {
  info: Info | null;
  loaded: boolean;
  offline: boolean;
  /** Whether the last try to sign in has come to nothing. */
  refused: boolean;
}

let arrived: Handed | null = null;

/** The loader has found a code in the address, and has taken it out. */
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

  /** Follows the connection and the other tabs, until the returned function is called. */
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

  /** Tells the other tabs. */
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

  /** Whether there is likely to be a session: this browser has seen one, or is to begin one. */
  get expected(): boolean {
    return !!(this.api.token || arrived || this.#seen.get("session"));
  }

  /** Takes the site's settings for this page from a thread. */
  learn({ settings, provider, provider_name }: Told): void {
    this.set({ info: { ...(this.state.info ?? NOBODY), settings, provider, provider_name } });
  }

  /** Loads the session unless it is loaded; true if there is a visitor. */
  async meet(): Promise<boolean> {
    if (this.state.loaded) return false;
    await this.load().catch(() => undefined);
    return !!this.visitor;
  }

  /** Asks the server who this is. A dead token is dropped; another tab may have one that lives. */
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

  /** Loads, once a load that runs has ended; what cannot be loaded stays as it was. */
  async renew(): Promise<void> {
    await this.#loading?.catch(() => undefined);
    await this.load().catch(() => undefined);
  }

  keepToken(token: string | null): void {
    this.api.token = token;
    this.kept.set("token", token);
  }
}
