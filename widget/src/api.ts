/** The calls that read, and how any call to the server is made. */

import { PERMALINK } from "./constants.js";
import { toJson } from "./core/json.js";
import { isLasting } from "./core/limits.js";
import type { Session as SessionInfo, Sort, Thread } from "./core/types.js";

/** The order in which a thread comes at first: whoever writes sees it stand right below the field. */
export const FIRST_SORT: Sort = "newest";

/** What was asked for while this code was on its way, by its address; undefined for what failed. */
export type Early = Map<string, Promise<Response | undefined>>;

/** Same for everyone: neither cookie nor token is sent. */
export const OPEN = { credentials: "omit", cache: "no-cache" } as const;

/** The comment that the address names; empty for none. */
export const targetOf = ({ hash }: Location): string => hash.split(`#${PERMALINK}`)[1] ?? "";

/** `there`: the thread as the server has written it into the page. */
export function readEarly(early: Early, base: string, site: string, page: string, there?: string): void {
  const query = { site, page, sort: FIRST_SORT, around: targetOf(location) };
  const { href } = addressOf(base, "api/comments/", query);
  if (!early.has(href))
    early.set(href, there ? Promise.resolve(new Response(there)) : fetch(href, OPEN).catch(() => undefined));
}

export type Mistakes = typeof import("./mistakes.js");
/** Fetches what speaks to the page's author, and has it speak. */
export type Explain = <T>(tell: (mistakes: Mistakes) => T) => Promise<T | undefined>;

let early: Early = new Map();
let explain: Explain | undefined;

/** Takes what the loader has asked for already, and how it speaks to the page's author. */
export function setLoaded(asked: Early, explaining?: Explain): void {
  early = asked;
  explain = explaining;
}

/** A refusal of the server, or `offline` when it was not reached. */
export class Problem extends Error {
  constructor(
    readonly code: string,
    readonly status: number,
  ) {
    super(code);
  }

  /** Whether it may be gone in a while: the server was not reached, or is not itself. */
  get passing(): boolean {
    return this.code === "offline" || this.status >= 502;
  }
}

export function problemOf(error: unknown): Problem {
  return error instanceof Problem ? error : new Problem("internal", 0);
}

/** What a page is refused for good: nothing is asked again before it is loaded anew. */
const refused: Record<string, Problem> = {};

type Query = Record<string, string | null | undefined>;

/** An address below the server's, with those of the values that there are. */
export function addressOf(base: string, path: string, query: Query): URL {
  const url = new URL(path, base);
  for (const [name, value] of Object.entries(query)) if (value) url.searchParams.set(name, value);
  return url;
}

interface Call {
  method?: string;
  query?: Query;
  body?: object;
  /** Same for everyone: neither cookie nor token is sent. */
  open?: boolean;
  accept?: string;
  signal?: AbortSignal | undefined;
}

export class Api {
  /** Where the cookie does not come back. */
  token: string | null = null;

  constructor(
    readonly base: string,
    private readonly site: string,
  ) {}

  session = (page: string) => this.json<SessionInfo>("session/", { query: { page } });

  /** A part of a thread: the first, what comes at a cursor, or what stands around a comment. */
  thread = (page: string, sort: Sort, cursor: string | null, around = "") =>
    this.json<Thread>("comments/", { query: { page, sort, cursor, around }, open: true });

  /** A call and the JSON that it gives. */
  async json<T>(path: string, call: Call = {}): Promise<T> {
    const response = await this.call(path, call);
    if (response.status === 204) return null as T;
    try {
      return (await response.json()) as T;
    } catch {
      throw new Problem("offline", 0);
    }
  }

  /** A call; what the server refuses is thrown. */
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

/** How many comments each page has, or why that is not said; apart from `Api`, since the count is loaded alone. */
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

/** What is refused, which is told to the page's author where it is the page that is wrong. */
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
