/**
 * Browser storage kept between visits: drafts, unsent comments, the guest's name. The browser may deny
 * access.
 */

import { toJson } from "./core/json.js";

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

  /** Stores a value; null removes it. */
  set(name: string, value: unknown): void {
    const key = this.prefix + name;
    const text = toJson(value);
    try {
      if (value === null) window[this.kind].removeItem(key);
      else window[this.kind].setItem(key, text);
    } catch {
      if (value === null) this.#memory.delete(key);
      else this.#memory.set(key, text);
    }
  }
}
