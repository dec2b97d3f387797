/** A thread's state, and the signals that its store sends. */

import type { Comment, Refusal, Sort } from "./types.js";

/** A notice shown under one comment. */
export type Note =
  | { kind: "refused"; refused: Refusal }
  | { kind: "problem"; code: string }
  | { kind: "reported"; url: string };

export interface ThreadState {
  status: "loading" | "ready" | "failed";
  /** The error code. */
  problem: string | null;
  comments: Comment[];
  next: string | null;
  /** Cursor to what comes before, if the thread was loaded from its middle. */
  previous: string | null;
  total: number;
  locked: boolean;
  sort: Sort;
  more: "idle" | "loading" | "failed";
  /** Comments by others that arrived while the page was open. */
  fresh: string[];
}

/** Signals for elements: public DOM events, a comment to reveal, or a screen-reader announcement. */
export type Signal =
  | { event: string; detail: unknown }
  | { show: string }
  | {
      /** A text's name, always a single word: the build mangles the others. */
      say:
        | ("comment" | "ready" | "stopped" | "unanswered" | "known" | "posted" | "deleted")
        | ("selected" | "marked" | "absent");
      name?: string;
    };

export const EMPTY: Omit<ThreadState, "sort"> = {
  status: "loading",
  problem: null,
  comments: [],
  next: null,
  previous: null,
  total: 0,
  locked: false,
  more: "idle",
  fresh: [],
};
