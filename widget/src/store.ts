/** State that elements look at: changes are told once per frame. */

export class Store<S extends object> {
  state: S;
  #watchers = new Set<() => void>();
  #due = false;

  constructor(state: S) {
    this.state = state;
  }

  set(part: Partial<S>): void {
    this.state = { ...this.state, ...part };
    if (this.#due || this.#watchers.size === 0) return;
    this.#due = true;
    const tell = () => {
      this.#due = false;
      for (const watcher of [...this.#watchers]) watcher();
    };
    // No frames are drawn in a hidden tab.
    if (document.hidden) setTimeout(tell, 100);
    else requestAnimationFrame(tell);
  }

  /** Calls back after changes, until the returned function is called. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }
}
