/** Every call to the server but the live stream. */

import { EventParser } from "./core/streaming.js";
import type {
  ChatAnswer,
  ChatHistory,
  Comment,
  Composition,
  KnownAnswer,
  Opinion,
  PostedComment,
  Quota,
  Revision,
  Session as SessionInfo,
  Sort,
  Thread,
  Visitor,
  Vote,
} from "./core/types.js";

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

/** How long to wait after so many failures in a row, in ms. */
export function pause(failures: number): number {
  return Math.min(60_000, 400 * 2 ** failures);
}

export function problemOf(error: unknown): Problem {
  return error instanceof Problem ? error : new Problem("internal", 0);
}

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

  session = (page: string) => this.#json<SessionInfo>("session/", { query: { page } });

  beginSession = () => this.#post<{ visitor: Visitor; ticket: string | null }>("session/", {});

  bearer = (ticket: string) => this.#post<{ token: string }>("session/bearer/", { ticket });

  exchange = (code: string, verifier: string) =>
    this.#post<{ ticket: string | null }>("session/exchange/", { code, verifier });

  signOn = (token: string) => this.#post<{ ticket: string | null }>("session/sso/", { token });

  signOut = () => this.#post<null>("user/logout/", {});

  thread = (page: string, sort: Sort, cursor: string | null) =>
    this.#json<Thread>("comments/", { query: { page, sort, cursor }, open: true });

  comment = (id: string) => this.#json<{ comment: Comment }>(`comments/${id}/`, { open: true });

  post = (place: { page: string; url: string; title: string }, composition: Composition) =>
    this.#post<PostedComment>("comments/", { ...place, ...composition });

  preview = (body: string) => this.#post<{ html: string }>("comments/preview/", { body });

  edit = (id: string, body: string) =>
    this.#json<{ comment: Comment }>(`comments/${id}/`, { method: "PATCH", body: { body } });

  remove = (id: string) => this.#json<null>(`comments/${id}/`, { method: "DELETE" });

  vote = (id: string, value: Vote) =>
    this.#json<{ votes: { up: number; down: number } }>(`comments/${id}/vote/`, {
      method: "PUT",
      body: { value },
    });

  ask = (id: string) => this.#post<{ answer: Comment; quota: Quota }>(`comments/${id}/answer/`, {});

  stop = (id: string) => this.#json<{ answer: Comment }>(`comments/${id}/answer/`, { method: "DELETE" });

  feedback = (id: string, opinion: Opinion) =>
    this.#json<null>(`answers/${id}/feedback/`, { method: "PUT", body: opinion });

  /** What the site has answered to the question already. */
  known = (q: string, signal: AbortSignal) =>
    this.#json<{ answered: KnownAnswer | null }>("answered/", { query: { q }, open: true, signal });

  versions = (id: string) => this.#json<{ history: Revision[] }>(`comments/${id}/history/`, { open: true });

  report = (id: string, reason: string) => this.#post<null>(`comments/${id}/report/`, { reason });

  history = (page: string) => this.#json<ChatHistory>("chat/gpt/", { query: { page } });

  stopChat = (id: string) => this.#json<ChatAnswer>(`chat/gpt/${id}/answer/`, { method: "DELETE" });

  /** Asks about the page, or re-attaches to the question with this key; yields `[event, data]`. */
  async *chat(body: object, signal: AbortSignal): AsyncGenerator<[string, unknown]> {
    const call = { method: "POST", body, accept: "text/event-stream", signal };
    const response = await this.#fetch("chat/gpt/", call);
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    const parser = new EventParser();
    while (reader) {
      const { done, value } = await reader.read().catch(() => {
        throw new Problem("offline", 0);
      });
      if (done) return;
      for (const { event, data } of parser.push(value)) yield [event, JSON.parse(data)];
    }
  }

  #post<T>(path: string, body: object): Promise<T> {
    return this.#json(path, { method: "POST", body });
  }

  async #json<T>(path: string, call: Call = {}): Promise<T> {
    const response = await this.#fetch(path, call);
    if (response.status === 204) return null as T;
    try {
      return (await response.json()) as T;
    } catch {
      throw new Problem("offline", 0);
    }
  }

  async #fetch(
    path: string,
    { method = "GET", query = {}, body, open, accept, signal }: Call,
  ): Promise<Response> {
    const url = addressOf(this.base, `api/${path}`, { site: this.site, ...query });
    const headers: Record<string, string> = {};
    if (accept) headers.Accept = accept;
    if (method !== "GET") Object.assign(headers, { "Content-Type": "application/json", "X-Answerback": "1" });
    if (this.token && !open) headers.Authorization = `Bearer ${this.token}`;
    const response = await fetch(url, {
      method,
      headers,
      body: body ? JSON.stringify(body) : null,
      credentials: open ? "omit" : "include",
      cache: open ? "no-cache" : "no-store",
      signal: signal ?? null,
    }).catch((error: unknown) => {
      if (signal?.aborted) throw error;
      throw new Problem("offline", 0);
    });
    if (!response.ok) throw await refusal(response);
    return response;
  }
}

/** How many comments each page has, null where that cannot be told; apart from `Api`, since the count is loaded alone. */
export async function fetchCounts(
  base: string,
  site: string,
  pages: string[],
): Promise<Record<string, number> | null> {
  const url = new URL("api/counts/", base);
  url.searchParams.set("site", site);
  for (const page of pages) url.searchParams.append("page", page);
  try {
    const response = await fetch(url, { credentials: "omit" });
    return response.ok ? (await response.json()).counts : null;
  } catch {
    return null;
  }
}

async function refusal(response: Response): Promise<Problem> {
  const body = (await response.json().catch(() => null)) as { code?: unknown } | null;
  const code = typeof body?.code === "string" ? body.code : "internal";
  return new Problem(code, response.status);
}
