/**
 * Observable state: the first change is delivered in its own task, later ones once per frame; signals
 * immediately.
 */

import { EVENTS } from "./constants.js";
import type { Signal } from "./core/state.js";

const QUIET_MS = 100;

export class Store<S extends object> {
  state: S;
  #watchers = new Set<() => void>();
  #hearers = new Set<(signal: Signal) => void>();
  #due = false;
  #told = 0;

  constructor(state: S) {
    this.state = state;
  }

  set(part: Partial<S>): void {
    this.state = { ...this.state, ...part };
    if (this.#due || this.#watchers.size === 0) return;
    this.#due = true;
    const quiet = performance.now() - this.#told > QUIET_MS;
    const tell = () => {
      this.#due = false;
      this.#told = performance.now();
      for (const watcher of [...this.#watchers]) watcher();
    };
    // Hidden tabs get no animation frames.
    if (quiet || document.hidden) setTimeout(tell, document.hidden ? 100 : 0);
    else requestAnimationFrame(tell);
  }

  /** Calls back after changes, until the returned function is called. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Calls back with each signal, until the returned function is called. */
  hear(hearer: (signal: Signal) => void): () => void {
    this.#hearers.add(hearer);
    return () => this.#hearers.delete(hearer);
  }

  /** Reports a failure to the page. */
  fail(code: string): void {
    this.signal({ event: EVENTS.error, detail: { code } });
  }

  signal(signal: Signal): void {
    for (const hearer of this.#hearers) hearer(signal);
  }
}
