/**
 * Detects URL changes without a page load: with the Navigation API, else with events and wrapped History
 * methods.
 */

const CALLS = ["pushState", "replaceState"] as const;

/** Calls back after each change, until the returned function is called. */
export function watchAddress(changed: () => void): () => void {
  const ending = new AbortController();
  const { signal } = ending;
  const { navigation } = window as { navigation?: EventTarget };
  if (navigation) navigation.addEventListener("currententrychange", changed, { signal });
  else {
    for (const type of ["popstate", "hashchange"]) addEventListener(type, changed, { signal });
    for (const name of CALLS) wrap(name, changed, signal);
  }
  return () => ending.abort();
}

function wrap(name: (typeof CALLS)[number], changed: () => void, signal: AbortSignal): void {
  const before = history[name];
  const ours = function (this: History, ...given: Parameters<History["pushState"]>): void {
    before.apply(this, given);
    if (!signal.aborted) changed();
  };
  history[name] = ours;
  signal.addEventListener("abort", () => {
    // If another script has wrapped our wrapper, it stays in place but does nothing.
    if (history[name] === ours) history[name] = before;
  });
}
