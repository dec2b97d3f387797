/** What every part of a thread needs to render. Keeps its identity while nothing in it changes. */

import type { Settings, Visitor } from "../core/types.js";
import type { Locale } from "../locale.js";
import type { ThreadStore } from "../thread.js";

export interface Context extends Locale {
  store: ThreadStore;
  visitor: Visitor | null;
  settings: Settings | null;
  /** Whether the site answers with quotations. */
  quotes: boolean;
  url: string;
  locked: boolean;
  /** Names shared by several people in this thread. */
  namesakes: string[];
  /** Whether AI answers are available here. */
  ai: boolean;
  /** Whether this visitor has any answers left. */
  asks: boolean;
  /** The notice shown before asking. */
  notice: string;
  /** Whether this visitor may write. */
  write: boolean;
}
