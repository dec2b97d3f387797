/** The way to the other tabs of this origin. */

/** A channel of that name; null where the browser allows none. */
export function channelTo(name: string): BroadcastChannel | null {
  try {
    return new BroadcastChannel(name);
  } catch {
    return null;
  }
}
