/** A fake server behind `fetch` and `EventSource`: it answers from a table and records requests. */

export interface Asked {
  method: string;
  path: string;
  query: URLSearchParams;
  body: Record<string, unknown>;
  headers: Headers;
  credentials: string | undefined;
}

type Reply = unknown | ((asked: Asked) => unknown);

export class FakeServer {
  readonly asked: Asked[] = [];
  readonly streams: FakeStream[] = [];
  readonly routes = new Map<string, Reply>();
  down = false;

  on(route: string, reply: Reply): this {
    this.routes.set(route, reply);
    return this;
  }

  calls(route: string): Asked[] {
    return this.asked.filter(({ method, path }) => `${method} ${path}` === route);
  }

  install(): void {
    globalThis.fetch = (url, init) => this.#fetch(new URL(String(url)), init ?? {});
    const { streams } = this;
    globalThis.EventSource = class extends FakeStream {
      constructor(url: string | URL) {
        super(url);
        streams.push(this);
      }
    } as unknown as typeof EventSource;
  }

  async #fetch(url: URL, init: RequestInit): Promise<Response> {
    const asked: Asked = {
      method: init.method ?? "GET",
      path: url.pathname,
      query: url.searchParams,
      body: init.body ? (JSON.parse(String(init.body)) as Record<string, unknown>) : {},
      headers: new Headers(init.headers),
      credentials: init.credentials,
    };
    this.asked.push(asked);
    if (this.down) throw new TypeError("Failed to fetch");
    const reply = this.routes.get(`${asked.method} ${asked.path}`);
    const value: unknown = await (typeof reply === "function" ? reply(asked) : reply);
    if (value instanceof Response) return value;
    if (value === undefined) return problem(404, "not_found");
    return new Response(JSON.stringify(value), { status: 200 });
  }
}

export function problem(status: number, code: string, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify({ type: "about:blank", title: code, status, code, detail: "" }), {
    status,
    headers,
  });
}

export function stream(...events: [string, unknown][]): Response {
  const text = events.map(([event, data]) => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`).join("");
  return new Response(text, { status: 200, headers: { "Content-Type": "text/event-stream" } });
}

export class FakeStream extends EventTarget {
  static readonly CLOSED = 2;
  readonly url: URL;
  readyState = 1;
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;

  constructor(url: string | URL) {
    super();
    this.url = new URL(url);
  }

  send(type: string, data: unknown, lastEventId = ""): void {
    this.dispatchEvent(new MessageEvent(type, { data: JSON.stringify(data), lastEventId }));
  }

  close(): void {
    this.readyState = FakeStream.CLOSED;
  }
}

/** Waits for a condition, checked after each turn of the event loop. */
export async function until<T>(check: () => T | null | undefined | false, what = "condition"): Promise<T> {
  for (let turn = 0; turn < 2_000; turn++) {
    const value = check();
    if (value) return value;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  throw new Error(`never came: ${what}`);
}
