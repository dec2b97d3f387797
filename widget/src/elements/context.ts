/** What every part of a thread needs to draw itself. Kept the same object while nothing in it changes. */

import type { Note } from "../core/state.js";
import type { Session as SessionInfo } from "../core/types.js";
import type { Locale } from "../locale.js";
import type { ThreadStore } from "../thread.js";

export interface Context extends Locale {
  store: ThreadStore;
  info: SessionInfo | null;
  url: string;
  locked: boolean;
  /** Whether AI answers can be asked for here. */
  ai: boolean;
  /** Whether this visitor may write. */
  write: boolean;
  notes: Record<string, Note>;
  feedback: Record<string, boolean>;
  asked: Record<string, true>;
  fresh: string[];
  target: string;
}
