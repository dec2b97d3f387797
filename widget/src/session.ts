/** Who the visitor is here, and what they may still ask. */

import { type Api, Problem, problemOf } from "./api.js";
import type { KnownAnswer, Quota, Session as SessionInfo, Visitor, Vote } from "./core/types.js";
import { SigningIn } from "./signing_in.js";
import { BrowserStorage } from "./storage.js";
import { Store } from "./store.js";
import { channelTo } from "./tabs.js";

/** Asking does not wait longer to hear that it need not be asked. */
const KNOWN_MS = 2_000;
/** What is longer is no question that somebody has asked before. */
const KNOWN_LONGEST = 400;

/** Between tabs, beside tokens: one that has none asks for one, which comes behind the same sign; and the end. */
const ASKS = "?";
const OVER = "";

export interface SessionState {
  info: SessionInfo | null;
  loaded: boolean;
  offline: boolean;
  /** Whether the last try to sign in has come to nothing. */
  refused: boolean;
}

export class Session extends Store<SessionState> {
  readonly signing: SigningIn;
  #tabs: BroadcastChannel | null = null;
  #storage: BrowserStorage;
  #beginning: Promise<Visitor> | null = null;
  #loading: Promise<void> | null = null;
  #vouched: string | null = null;
  #dead: string | null = null;

  constructor(
    readonly api: Api,
    private readonly page: string,
    private readonly site: string,
  ) {
    super({ info: null, loaded: false, offline: !navigator.onLine, refused: false });
    this.#storage = new BrowserStorage(`answerback:${site}:`, "sessionStorage");
    api.token = this.#storage.get<string>("token");
    this.signing = new SigningIn(api.base, site, (code, verifier) => void this.#exchange(code, verifier));
  }

  /** Follows the connection, until the returned function is called. */
  open(): () => void {
    const told = () => this.set({ offline: !navigator.onLine });
    const ending = new AbortController();
    for (const type of ["online", "offline"]) addEventListener(type, told, ending);
    this.#tabs = channelTo(`answerback:${this.api.base}${this.site}`);
    if (this.#tabs) this.#tabs.onmessage = ({ data }: MessageEvent<string | null>) => void this.#hear(data);
    if (!this.api.token) this.#tabs?.postMessage(ASKS);
    this.signing.resume();
    return () => {
      this.#tabs?.close();
      this.#tabs = null;
      this.signing.close();
      ending.abort();
    };
  }

  get visitor(): Visitor | null {
    return this.state.info?.visitor ?? null;
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
      this.#keepToken(null);
      this.#tabs?.postMessage(ASKS);
      info = await this.#info();
    }
    this.set({ info: info ?? this.state.info, loaded: true });
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

  /** The visitor, made a guest now if there is none yet. */
  ensure(): Promise<Visitor> {
    if (this.visitor) return Promise.resolve(this.visitor);
    this.#beginning ??= this.#begin().finally(() => {
      this.#beginning = null;
    });
    return this.#beginning;
  }

  async #begin(): Promise<Visitor> {
    if (!this.state.loaded) await this.load().catch(() => undefined);
    if (this.visitor) return this.visitor;
    const { visitor, ticket } = await this.api.beginSession();
    await this.load();
    if (!this.visitor && ticket) {
      // The cookie did not come back: this browser blocks it here.
      const { token } = await this.api.bearer(ticket);
      this.#keepToken(token);
      await this.load();
    }
    return this.visitor ?? visitor;
  }

  /** Does a write as the visitor; once more with a new session when the old one has ended. */
  async write<T>(work: () => Promise<T>): Promise<T> {
    await this.ensure();
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 401 || error.code === "sign_in_required")
        throw error;
      this.#keepToken(null);
      if (this.state.info) this.set({ info: { ...this.state.info, visitor: null } });
      await this.ensure();
      return work();
    }
  }

  /** The sign-in page has handed somebody over: the session is theirs, in every tab. */
  async #exchange(code: string, verifier: string): Promise<void> {
    try {
      await this.#arrive(await this.api.exchange(code, verifier));
      this.set({ refused: false });
    } catch {
      this.set({ refused: true });
    }
  }

  /** The site's own server vouches for its user. A token that does not hold leaves everything as it is. */
  async vouch(token: string | null): Promise<void> {
    if (!token || token === this.#vouched) return;
    this.#vouched = token;
    const subject = subjectOf(token);
    await this.load().catch(() => undefined);
    // Each page brings a new token: of somebody who is signed in already it is not needed.
    if (!subject || (this.visitor?.kind === "user" && this.#storage.get("sso") === subject)) return;
    try {
      await this.#arrive(await this.api.signOn(token));
      this.#storage.set("sso", subject);
    } catch {}
  }

  /** The server has made a session of somebody's own: by cookie, or by ticket where that does not come back. */
  async #arrive({ ticket }: { ticket: string | null }): Promise<void> {
    await this.#become(null);
    if (this.visitor?.kind !== "user" && ticket) await this.#become((await this.api.bearer(ticket)).token);
    this.#tabs?.postMessage(this.api.token);
  }

  /** What another tab says: somebody has come in by token or by cookie, asks for a token, has one to give, or leaves. */
  async #hear(said: string | null): Promise<void> {
    const { token } = this.api;
    if (said === ASKS) {
      if (token) this.#tabs?.postMessage(ASKS + token);
    } else if (said?.startsWith(ASKS)) {
      if (!token && said !== ASKS + this.#dead) await this.#become(said.slice(1));
    } else {
      // Where cookies are blocked each tab may have a session of its own.
      if (said === OVER && token) await this.api.signOut().catch(() => undefined);
      await this.#become(said || null);
    }
  }

  /** Ends the session on the server and in every tab. */
  async signOut(): Promise<void> {
    await this.api.signOut();
    await this.#become(null);
    this.#tabs?.postMessage(OVER);
  }

  /** Goes on with another token, or with none: then the cookie counts. */
  async #become(token: string | null): Promise<void> {
    this.#keepToken(token);
    await this.#loading?.catch(() => undefined);
    await this.load().catch(() => undefined);
  }

  /** What the site has answered to this already; null also where that cannot be said at once. */
  async known(question: string): Promise<KnownAnswer | null> {
    if (question.length > KNOWN_LONGEST) return null;
    try {
      return (await this.api.known(question, AbortSignal.timeout(KNOWN_MS))).answered;
    } catch {
      return null;
    }
  }

  setQuota(quota: Partial<Quota> | null): void {
    const { info } = this.state;
    if (info && quota) this.set({ info: { ...info, quota: { ...info.quota, ...quota } } });
  }

  setVote(id: string, vote: Vote): void {
    const { info } = this.state;
    if (!info) return;
    const mine = { ...info.mine, votes: { ...info.mine.votes, [id]: vote } };
    this.set({ info: { ...info, mine } });
  }

  #keepToken(token: string | null): void {
    this.api.token = token;
    this.#storage.set("token", token);
  }
}

/** Whom a token of the site's server is about; only the server can say whether it holds. */
function subjectOf(token: string): string | null {
  try {
    const { sub } = JSON.parse(atob((token.split(".")[1] ?? "").replace(/-/g, "+").replace(/_/g, "/"))) as {
      sub: unknown;
    };
    return typeof sub === "string" ? sub : null;
  } catch {
    return null;
  }
}
