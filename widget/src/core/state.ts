/** What is known of a thread, and what its store tells. */

import type { Comment, Refusal, Sort } from "./types.js";

/** What is said under one comment. */
export type Note =
  | { kind: "refused"; refused: Refusal }
  | { kind: "problem"; code: string }
  | { kind: "reported"; url: string };

export interface ThreadState {
  status: "loading" | "ready" | "failed";
  /** The code of what went wrong. */
  problem: string | null;
  comments: Comment[];
  next: string | null;
  /** Where what stands before begins, of a thread that is read from its middle. */
  previous: string | null;
  total: number;
  locked: boolean;
  sort: Sort;
  more: "idle" | "loading" | "failed";
  /** Comments by others that came while the page was open. */
  fresh: string[];
}

/** What elements pass on: DOM events of the public surface, a comment to be shown, and words for screen readers. */
export type Signal =
  | { event: string; detail: unknown }
  | { show: string }
  | {
      /** The name of a text, in one word: the build shortens those of several. */
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
