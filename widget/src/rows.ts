/**
 * Renders long lists a few rows at a time to avoid long tasks, and re-creates only rows that have changed.
 */

import type { Kid, VNode } from "./dom.js";

/** Time budget of a task in ms, the same on fast and slow machines. */
const SLICE_MS = 8;

interface Drawable {
  draw(): void;
  isConnected: boolean;
}

const waiting = new Set<Drawable>();
let until = 0;

/** Starts a task's time budget. */
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

/** Row names by comment ID: a comment posted here keeps the row of its unsent draft. */
const names = new Map<string, string>();

/** Makes the comment `id` keep the row named `row`. */
export function become(row: string, id: string): void {
  names.set(id, names.get(row) ?? row);
}

interface Row {
  values: readonly unknown[];
  node: VNode;
}

export class Rows {
  #known = new Map<string, Row>();
  /** Whether some rows are still to be rendered. */
  partial = false;

  /**
   * A list's rows, generated while they are rendered: changed ones are re-created as long as there is time,
   * the others reused; the rest follows in later renders of the list.
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
