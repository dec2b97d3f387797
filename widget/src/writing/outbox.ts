/** Comments being sent. */

import type { Composition } from "../core/types.js";
import type { BrowserStorage } from "../storage.js";

/** Comments that the server has not confirmed yet; they survive a page reload. */
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
