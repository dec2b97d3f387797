/** Communication with other tabs of the same origin. */

/** A broadcast channel; null if the browser does not allow one. */
export function channelTo(name: string): BroadcastChannel | null {
  try {
    return new BroadcastChannel(name);
  } catch {
    return null;
  }
}
