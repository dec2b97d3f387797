/** A store with actions that only some visitors need: their code is fetched when the first of them is called for. */

import { toWrite, type Writing } from "./parts.js";
import { Store } from "./store.js";

type Given<A, K extends keyof A> = A[K] extends (...values: infer V) => unknown ? V : never;
type Made<A, K extends keyof A> = A[K] extends (...values: never[]) => infer R ? Awaited<R> : never;

export abstract class ActingStore<S extends object, A extends object> extends Store<S> {
  protected actions: A | null = null;

  protected abstract equip(part: Writing): A;

  /** The actions, from the code that is here. */
  actionsFrom(part: Writing): A {
    this.actions ??= this.equip(part);
    return this.actions;
  }

  /** Calls an action by its name; undefined where its code cannot be had, which the page is told. */
  async do<K extends keyof A>(name: K, ...values: Given<A, K>): Promise<Made<A, K> | undefined> {
    const part = await toWrite().catch(() => this.fail("unavailable"));
    if (!part) return undefined;
    const actions = this.actionsFrom(part);
    return await (actions[name] as (...values: Given<A, K>) => Made<A, K>).apply(actions, values);
  }
}
