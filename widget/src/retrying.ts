/** Loading that may fail in passing. */

const TRIES = 4;

/** How long to wait after so many failures in a row, in ms. */
export function pause(failures: number): number {
  return Math.min(60_000, 400 * 2 ** failures);
}

/** Loads, and tries again with growing pauses; `failed` is called at the first failure. */
export async function tried<T>(load: () => Promise<T>, failed?: () => void): Promise<T> {
  for (let failures = 1; ; failures++) {
    try {
      return await load();
    } catch (error) {
      if (failures === 1) failed?.();
      if (failures >= TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, pause(failures)));
    }
  }
}

let failures = 0;

/** Imports a module; once one has failed, under another address: browsers remember failures. */
export function fetched<T>(address: string): Promise<T> {
  return import(/* @vite-ignore */ failures ? `${address}?${failures}` : address).catch((error) => {
    failures++;
    throw error;
  });
}
