/** The read requests, and the transport for all requests to the server. */

import { PERMALINK } from "./constants.js";
import { toJson } from "./core/json.js";
import { isLasting } from "./core/limits.js";
import type { Session as SessionInfo, Sort, Thread } from "./core/types.js";

/** A thread's initial sort order: a new comment appears right below the form. */
export const FIRST_SORT: Sort = "newest";

/** Requests started while this code was loading, by URL; undefined for those that failed. */
export type Early = Map<string, Promise<Response | undefined>>;

/** The response is the same for everyone, so neither cookie nor token is sent. */
export const OPEN = { credentials: "omit", cache: "no-cache" } as const;

/** The comment ID in the URL's fragment; empty if there is none. */
export const targetOf = ({ hash }: Location): string => hash.split(`#${PERMALINK}`)[1] ?? "";

/** Starts loading a thread. `there`: the thread as the server rendered it into the page. */
export function readEarly(early: Early, base: string, site: string, page: string, there?: string): void {
  const query = { site, page, sort: FIRST_SORT, around: targetOf(location) };
  const { href } = addressOf(base, "api/comments/", query);
  if (!early.has(href))
    early.set(href, there ? Promise.resolve(new Response(there)) : fetch(href, OPEN).catch(() => undefined));
}

export type Mistakes = typeof import("./mistakes.js");
/** Loads the code that explains mistakes to the page's author, and runs it. */
export type Explain = <T>(tell: (mistakes: Mistakes) => T) => Promise<T | undefined>;

let early: Early = new Map();
let explain: Explain | undefined;

/** Takes over the requests that the loader has started, and its `explain` function. */
export function setLoaded(asked: Early, explaining?: Explain): void {
  early = asked;
  explain = explaining;
}

/** An error response from the server, or `offline` if the server was not reached. */
export class Problem extends Error {
  constructor(
    readonly code: string,
    readonly status: number,
  ) {
    super(code);
  }

  /** Whether the problem may be temporary: the server, or a gateway before it, is unreachable or failing. */
  get passing(): boolean {
    return this.code === "offline" || this.status >= 502;
  }
}

export function problemOf(error: unknown): Problem {
  return error instanceof Problem ? error : new Problem("internal", 0);
}

/** Permanent refusals by page: no further requests are made until the page is reloaded. */
const refused: Record<string, Problem> = {};

type Query = Record<string, string | null | undefined>;

/** A URL on the server, with the query values that are set. */
export function addressOf(base: string, path: string, query: Query): URL {
  const url = new URL(path, base);
  for (const [name, value] of Object.entries(query)) if (value) url.searchParams.set(name, value);
  return url;
}

interface Call {
  method?: string;
  query?: Query;
  body?: object;
  /** The response is the same for everyone, so neither cookie nor token is sent. */
  open?: boolean;
  accept?: string;
  signal?: AbortSignal | undefined;
}

export class Api {
  /** Set if the browser does not send the cookie back. */
  token: string | null = null;

  constructor(
    readonly base: string,
    private readonly site: string,
  ) {}

  session = (page: string) => this.json<SessionInfo>("session/", { query: { page } });

  /** One page of a thread: the first, the one at a cursor, or the one around a comment. */
  thread = (page: string, sort: Sort, cursor: string | null, around = "") =>
    this.json<Thread>("comments/", { query: { page, sort, cursor, around }, open: true });

  /** Makes a request and returns its JSON. */
  async json<T>(path: string, call: Call = {}): Promise<T> {
    const response = await this.call(path, call);
    if (response.status === 204) return null as T;
    try {
      return (await response.json()) as T;
    } catch {
      throw new Problem("offline", 0);
    }
  }

  /** Makes a request; throws if the server refuses it. */
  async call(
    path: string,
    { method = "GET", query = {}, body, open, accept, signal }: Call,
  ): Promise<Response> {
    const url = addressOf(this.base, `api/${path}`, { site: this.site, ...query });
    const headers: Record<string, string> = {};
    if (accept) headers.Accept = accept;
    if (method !== "GET") Object.assign(headers, { "Content-Type": "application/json", "X-Answerback": "1" });
    if (this.token && !open) headers.Authorization = `Bearer ${this.token}`;
    const response = await this.#answer(url, {
      method,
      headers,
      body: body ? toJson(body) : null,
      ...(open ? OPEN : { credentials: "include", cache: "no-store" }),
      signal: signal ?? null,
    });
    if (!response.ok) throw await refusal(response, this.#place);
    return response;
  }

  get #place(): string {
    return this.base + this.site;
  }

  async #answer(url: URL, init: RequestInit): Promise<Response> {
    const known = refused[this.#place];
    if (known) throw known;
    const come = early.get(url.href);
    early.delete(url.href);
    try {
      return (await come) ?? (await fetch(url, init));
    } catch (error) {
      if (init.signal?.aborted) throw error;
      throw new Problem("offline", 0);
    }
  }
}

interface Counted {
  counts?: Record<string, number>;
  code?: string;
  detail?: string;
}

/**
 * Comment counts by page, or an error code; not part of `Api`, since the count element is loaded on its own.
 */
export async function fetchCounts(base: string, site: string, pages: string[]): Promise<Counted> {
  const url = new URL("api/counts/", base);
  url.searchParams.set("site", site);
  for (const page of pages) url.searchParams.append("page", page);
  try {
    return await (await fetch(url, { credentials: "omit" })).json();
  } catch {
    return {};
  }
}

/** Builds the error for a refused request, and tells the page's author if the page is at fault. */
async function refusal(response: Response, place: string): Promise<Problem> {
  const said: { code?: string; detail?: string } = await response.json().catch(() => ({}));
  const { code = "internal", detail = code } = said;
  const problem = new Problem(code, response.status);
  if (isLasting(code)) {
    refused[place] = problem;
    void explain?.(({ complain }) => complain(detail));
  }
  return problem;
}
