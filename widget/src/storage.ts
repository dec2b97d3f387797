/** What this browser keeps between visits: drafts, unsent comments, the guest's name. Storage may be refused. */

import type { Composition } from "./core/types.js";

/** An idempotency key; `crypto.randomUUID` is not there on pages without TLS. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class BrowserStorage {
  #memory = new Map<string, string>();

  constructor(
    private readonly prefix: string,
    private readonly kind: "localStorage" | "sessionStorage" = "localStorage",
  ) {}

  get<T>(name: string): T | null {
    const key = this.prefix + name;
    let text: string | null = null;
    try {
      text = window[this.kind].getItem(key);
    } catch {
      text = this.#memory.get(key) ?? null;
    }
    try {
      return text === null ? null : (JSON.parse(text) as T);
    } catch {
      return null;
    }
  }

  /** Keeps a value; null forgets it. */
  set(name: string, value: unknown): void {
    const key = this.prefix + name;
    const text = JSON.stringify(value);
    try {
      if (value === null) window[this.kind].removeItem(key);
      else window[this.kind].setItem(key, text);
    } catch {
      if (value === null) this.#memory.delete(key);
      else this.#memory.set(key, text);
    }
  }
}

/** Comments that the server has not confirmed yet; they outlive a reload. */
export class Outbox {
  constructor(
    private readonly storage: BrowserStorage,
    private readonly page: string,
  ) {}

  all(): Composition[] {
    return this.storage.get<Composition[]>(`outbox:${this.page}`) ?? [];
  }

  find(key: string): Composition | undefined {
    return this.all().find((kept) => kept.key === key);
  }

  add(composition: Composition): void {
    this.#keep([...this.all().filter(({ key }) => key !== composition.key), composition]);
  }

  drop(key: string): void {
    this.#keep(this.all().filter((kept) => kept.key !== key));
  }

  #keep(rows: Composition[]): void {
    this.storage.set(`outbox:${this.page}`, rows.length ? rows : null);
  }
}
