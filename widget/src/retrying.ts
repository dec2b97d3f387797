/** Loading with retries. */

const TRIES = 4;

/** How long to wait after this many consecutive failures, in ms. */
export function pause(failures: number): number {
  return Math.min(60_000, 400 * 2 ** failures);
}

/** Loads with retries at growing intervals; calls `failed` after the first failure. */
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

/** Imports a module; after a failure, under a different URL, since browsers cache failed imports. */
export function fetched<T>(address: string): Promise<T> {
  return import(/* @vite-ignore */ failures ? `${address}?${failures}` : address).catch((error) => {
    failures++;
    throw error;
  });
}
