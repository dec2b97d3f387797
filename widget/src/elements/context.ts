/** What every part of a thread needs to draw itself. Kept the same object while nothing in it changes. */

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
  /** Names that several people in this thread go by. */
  namesakes: string[];
  /** Whether AI answers can be asked for here. */
  ai: boolean;
  /** Whether this visitor has some of them left. */
  asks: boolean;
  /** What one should know before asking. */
  notice: string;
  /** Whether this visitor may write. */
  write: boolean;
}
