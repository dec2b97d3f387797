/** The widget's data types: the API's objects, and what it adds to them. */

import type { AnswerState, Comment as ApiComment, Source } from "./api_types.js";

export type * from "./api_types.js";

/** A comment of this browser that the server has not confirmed. */
export interface Unsent {
  key: string;
  state: "sending" | "failed";
  code: string | null;
}

export interface Comment extends ApiComment {
  replies: Comment[];
  unsent?: Unsent;
}

/** A visitor's rating of an answer. */
export interface Opinion {
  helpful: boolean;
  reason: string;
}

/** A visitor's report of a comment. */
export interface Complaint {
  kind: string;
  reason: string;
}

/** What the composer submits; `key` is generated once per composition. */
export interface Composition {
  key: string;
  parent_id: string | null;
  body: string;
  name: string;
  ask: boolean | null;
  /** The honeypot field's content, if it was filled in. */
  homepage?: string;
}

/** An answer as its card shows it, from a comment or from the ask box. */
export interface AnswerView {
  id: string;
  text: string;
  html: string;
  state: AnswerState;
  sources: Source[];
  /** Whether it was made of quotations, and whether it still is. */
  quoted: boolean;
  quoting: boolean;
  verified: boolean;
  revised: boolean;
  outdated: boolean;
  retryAt: string | null;
  /** Where its text comes from, in machine-readable form. */
  origin: string | null;
  mine: boolean;
  code: string | null;
}
