/** Lists that are drawn a few rows at a time, so that no task is long, and whose rows are made anew only when they change. */

import type { Kid, VNode } from "./dom.js";

/** What one task may take, in ms, on a fast machine and a slow one alike. */
const SLICE_MS = 8;

interface Drawable {
  draw(): void;
  isConnected: boolean;
}

const waiting = new Set<Drawable>();
let until = 0;

/** Begins a task's time. */
export function beginSlice(): void {
  until = performance.now() + SLICE_MS;
}

const late = (): boolean => performance.now() > until;

function later(list: Drawable): void {
  if (!waiting.size) setTimeout(goOn);
  waiting.add(list);
}

function goOn(): void {
  beginSlice();
  const due = [...waiting];
  waiting.clear();
  for (const list of due) {
    if (!list.isConnected) continue;
    if (late()) later(list);
    else list.draw();
  }
}

/** Row names by comment id, for comments that were posted here: they keep the row of their unsent draft. */
const names = new Map<string, string>();

/** Gives the comment `id` the row of another. */
export function become(row: string, id: string): void {
  names.set(id, names.get(row) ?? row);
}

interface Row {
  values: readonly unknown[];
  node: VNode;
}

export class Rows {
  #known = new Map<string, Row>();
  /** Whether some rows are still to be drawn. */
  partial = false;

  /**
   * The rows of a list, to be drawn as they come: those whose values have changed as long as there is time, the others
   * as they are; what has to wait comes with the list's next drawings.
   */
  *of<T extends { id: string }>(
    list: Drawable,
    items: readonly T[],
    valuesOf: (item: T) => readonly unknown[],
    make: (item: T) => VNode,
  ): Generator<Kid> {
    const before = this.#known;
    this.#known = new Map();
    let made = false;
    this.partial = false;
    for (const item of items) {
      const values = valuesOf(item);
      const name = names.get(item.id) ?? item.id;
      let row = before.get(name);
      if (!row || row.values.some((value, at) => value !== values[at])) {
        if (made && late()) {
          later(list);
          this.partial = true;
        } else {
          row = { values, node: make(item) };
          made = true;
        }
      }
      if (!row) continue;
      this.#known.set(name, row);
      yield [name, row.node];
    }
  }
}
