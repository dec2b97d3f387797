/** What the widget works with: the API's objects, and what it adds to them. */

import type { AnswerState, Comment as ApiComment, Source } from "./api_types.js";

export type * from "./api_types.js";

/** A row of this browser that the server has not confirmed. */
export interface Unsent {
  key: string;
  state: "sending" | "failed";
  code: string | null;
}

export interface Comment extends ApiComment {
  replies: Comment[];
  unsent?: Unsent;
}

/** What a visitor says of an answer. */
export interface Opinion {
  helpful: boolean;
  reason: string;
}

/** What a visitor says against a comment. */
export interface Complaint {
  kind: string;
  reason: string;
}

/** What the composer hands over; `key` is made once per composition. */
export interface Composition {
  key: string;
  parent_id: string | null;
  body: string;
  name: string;
  ask: boolean | null;
  /** A field that people do not see, where it was filled in. */
  homepage?: string;
}

/** An answer as the card shows it, from a comment or from the ask box. */
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
  /** Where its words come from, for machines. */
  origin: string | null;
  mine: boolean;
  code: string | null;
}
