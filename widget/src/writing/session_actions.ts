/** Starts, changes and ends sessions, and makes requests as the visitor. */

import { Problem } from "../api.js";
import type { KnownAnswer, Quota, Visitor, Vote } from "../core/types.js";
import { ASKS, type Session } from "../session.js";
import { type Handed, SigningIn } from "./signing_in.js";
import { type Wish, WritingApi } from "./writing_api.js";

/** How long to wait for the lookup of an existing answer before asking anyway. */
const KNOWN_MS = 2_000;
/** Longer texts are unlikely to have been asked before. */
const KNOWN_LONGEST = 400;
/** Tells the other tabs that the session has ended. */
const OVER = "";

export class SessionActions {
  readonly api: WritingApi;
  readonly signing: SigningIn;
  #beginning: Promise<Visitor> | null = null;
  #vouched: string | null = null;

  constructor(private readonly session: Session) {
    this.api = new WritingApi(session.api);
    const done = (code: string, verifier: string) => void this.#exchange(code, verifier);
    this.signing = new SigningIn(session.api.base, session.site, done);
  }

  /** Returns the visitor; creates a guest if there is none yet. */
  ensure(): Promise<Visitor> {
    const { visitor } = this.session;
    if (visitor) return Promise.resolve(visitor);
    this.#beginning ??= this.#begin().finally(() => {
      this.#beginning = null;
    });
    return this.#beginning;
  }

  async #begin(): Promise<Visitor> {
    const { session } = this;
    if (!session.state.loaded) await session.load().catch(() => undefined);
    if (session.visitor) return session.visitor;
    const { visitor, ticket } = await this.api.beginSession();
    await session.load();
    if (!session.visitor && ticket) {
      // The cookie was not sent back: this browser blocks it.
      const { token } = await this.api.bearer(ticket);
      session.keepToken(token);
      await session.load();
    }
    return session.visitor ?? visitor;
  }

  setQuota(quota: Partial<Quota> | null): void {
    const { info } = this.session.state;
    if (info && quota) this.session.set({ info: { ...info, quota: { ...info.quota, ...quota } as Quota } });
  }

  setVote(id: string, vote: Vote): void {
    const { info } = this.session.state;
    if (!info) return;
    const mine = { ...info.mine, votes: { ...info.mine.votes, [id]: vote } };
    this.session.set({ info: { ...info, mine } });
  }

  /** Makes a write request as the visitor; retries once with a new session if the old one has expired. */
  async write<T>(work: () => Promise<T>): Promise<T> {
    const { session } = this;
    await this.ensure();
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 401 || error.code === "sign_in_required")
        throw error;
      session.keepToken(null);
      if (session.state.info) session.set({ info: { ...session.state.info, visitor: null } });
      await this.ensure();
      return work();
    }
  }

  /** Opens the sign-in page; must be called from a click handler. */
  openSignIn(lang: string): Promise<void> {
    return this.signing.begin(lang);
  }

  /** Handles a sign-in code from the URL; false if it was not meant for us. */
  arrive(handed: Handed): boolean {
    return this.signing.finish(handed);
  }

  /** Exchanges the sign-in code for a session, in every tab. */
  async #exchange(code: string, verifier: string): Promise<void> {
    try {
      await this.#enter(await this.api.exchange(code, verifier));
      this.session.set({ refused: false });
    } catch {
      this.session.set({ refused: true });
    }
  }

  /** Signs in with a token from the site's own server. An invalid token changes nothing. */
  async vouch(token: string): Promise<void> {
    const { session } = this;
    if (token === this.#vouched) return;
    this.#vouched = token;
    const subject = subjectOf(token);
    await session.load().catch(() => undefined);
    // Every page load brings a new token; it is not needed once signed in.
    if (!subject || (session.visitor?.kind === "user" && session.kept.get("sso") === subject)) return;
    try {
      await this.#enter(await this.api.signOn(token));
      session.kept.set("sso", subject);
    } catch {}
  }

  /** Enters a session that the server has created: by cookie, or by ticket if the cookie is blocked. */
  async #enter({ ticket }: { ticket: string | null }): Promise<void> {
    const { session } = this;
    await this.#become(null);
    if (session.visitor?.kind !== "user" && ticket) await this.#become((await this.api.bearer(ticket)).token);
    session.tell(session.api.token);
  }

  /**
   * Handles a message from another tab: a sign-in by token or cookie, a request for a token or a reply, or a
   * sign-out.
   */
  async hear(said: string | null, dead: string | null): Promise<void> {
    const { token } = this.session.api;
    if (said?.startsWith(ASKS)) {
      if (!token && said !== ASKS + dead) await this.#become(said.slice(ASKS.length));
      return;
    }
    // With cookies blocked, each tab may have its own session.
    if (said === OVER && token) await this.api.signOut().catch(() => undefined);
    await this.#become(said || null);
  }

  /** Ends the session on the server and in every tab. */
  async leave(): Promise<void> {
    await this.api.signOut();
    await this.#become(null);
    this.session.tell(OVER);
  }

  /** Switches to another token, or to none: then the cookie counts. */
  #become(token: string | null): Promise<void> {
    this.session.keepToken(token);
    return this.session.renew();
  }

  /** The visitor's notification subscriptions. */
  subscriptions = () => this.api.subscriptions();

  subscribe = (wish: Wish) => this.write(() => this.api.subscribe(wish));

  unsubscribe = (id: string) => this.write(() => this.api.unsubscribe(id));

  /** The site's existing answer to this question; null also if the lookup fails or takes too long. */
  async known(question: string): Promise<KnownAnswer | null> {
    if (question.length > KNOWN_LONGEST) return null;
    try {
      return (await this.api.known(question, AbortSignal.timeout(KNOWN_MS))).answered;
    } catch {
      return null;
    }
  }
}

/** The subject of a single sign-on token, unverified: only the server can check it. */
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
