/** A store whose actions only some visitors need: their code is lazy-loaded on the first call. */

import { toWrite, type Writing } from "./parts.js";
import { Store } from "./store.js";

type Given<A, K extends keyof A> = A[K] extends (...values: infer V) => unknown ? V : never;
type Made<A, K extends keyof A> = A[K] extends (...values: never[]) => infer R ? Awaited<R> : never;

export abstract class ActingStore<S extends object, A extends object> extends Store<S> {
  protected actions: A | null = null;

  protected abstract equip(part: Writing): A;

  /** Creates the actions from the loaded writing code. */
  actionsFrom(part: Writing): A {
    this.actions ??= this.equip(part);
    return this.actions;
  }

  /**
   * Runs an action by name. Returns undefined, and reports an error to the page, if its code cannot be
   * loaded.
   */
  async do<K extends keyof A>(name: K, ...values: Given<A, K>): Promise<Made<A, K> | undefined> {
    const part = await toWrite().catch(() => this.fail("unavailable"));
    if (!part) return undefined;
    const actions = this.actionsFrom(part);
    return await (actions[name] as (...values: Given<A, K>) => Made<A, K>).apply(actions, values);
  }
}
