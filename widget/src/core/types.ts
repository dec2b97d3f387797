/** The shapes of the API, as the public surface names them. */

export type AuthorKind = "guest" | "user" | "owner" | "ai";
export type CommentState = "published" | "pending" | "hidden" | "deleted";
export type AnswerState = "queued" | "streaming" | "done" | "stopped" | "failed" | "withheld";
export type Sort = "oldest" | "newest" | "best";
export type Vote = 1 | 0 | -1;

export interface Visitor {
  id: string;
  name: string;
  kind: AuthorKind;
  avatar_url: string | null;
}

export interface Source {
  quote: string;
  url: string;
  title: string;
}

export interface Answer {
  state: AnswerState;
  question_id: string;
  model: string;
  provider?: string;
  sources: Source[];
  verified_by_owner: boolean;
  retry_at: string | null;
  error: string | null;
  /** The page no longer says what it cites. */
  outdated: boolean;
  /** When the owner, or a change of the page, has put other words in its place. */
  revised_at: string | null;
}

/** One version of an answer: who made it so; the words are null where they were withdrawn. */
export interface Version {
  author: "ai" | "owner";
  action: "answered" | "corrected" | "verified" | "withdrawn" | "renewed";
  body: string | null;
  html: string | null;
  note: string;
  created_at: string;
}

/** A question of the site and what answers it. */
export interface Known {
  id: string;
  question: string;
  url: string;
  body: string;
  html: string;
  author_kind: AuthorKind;
  verified_by_owner: boolean;
  revised_at: string | null;
}

/** A row of this browser that the server has not confirmed. */
export interface Unsent {
  key: string;
  state: "sending" | "failed";
  code: string | null;
}

export interface Comment {
  id: string;
  page: string;
  parent_id: string | null;
  author: Visitor;
  body: string;
  html: string;
  state: CommentState;
  created_at: string;
  edited_at: string | null;
  votes: { up: number; down: number };
  pinned: boolean;
  answer: Answer | null;
  replies: Comment[];
  unsent?: Unsent;
}

export interface Thread {
  comments: Comment[];
  next: string | null;
  total: number;
  locked: boolean;
  last_event: string | null;
}

export interface Quota {
  limit: number | null;
  used: number;
  left: number | null;
  resets_at: string;
}

export interface Settings {
  name: string;
  ai: "always" | "questions" | "mention" | "drafts" | "off";
  guests: boolean;
  edit_minutes: number;
  moderation: string;
  timezone: string;
  lang: string;
  theme: string;
  max_body: number;
}

export interface SessionInfo {
  visitor: Visitor | null;
  quota: Quota;
  mine: { votes: Record<string, Vote>; pending: Comment[] };
  settings: Settings;
  provider: "openai" | "quote" | "off";
}

export interface Refused {
  code: string;
  detail: string;
  resets_at: string | null;
}

export interface Posted {
  comment: Comment;
  answer: Comment | null;
  quota: Quota;
  refused: Refused | null;
}

/** What a visitor says of an answer. */
export interface Opinion {
  helpful: boolean;
  reason: string;
}

/** What the composer hands over; `key` is made once per composition. */
export interface Composition {
  key: string;
  parent_id: string | null;
  body: string;
  name: string;
  ask: boolean | null;
}

export interface ChatEntry {
  id: string;
  role: "user" | "assistant";
  content: string;
  html: string;
  created_at: string;
  sources: Source[];
  state?: AnswerState;
  key?: string | null;
  error?: string | null;
  provider?: string;
  retry_at?: string | null;
}

export interface ChatHistory {
  conversations: ChatEntry[];
  count: number;
  limit: number | null;
  left: number | null;
  resets_at: string;
}

export interface ChatSettled {
  id: string;
  response: string;
  html: string;
  sources: Source[];
  state: AnswerState;
  provider?: string;
  count: number;
  limit: number | null;
  left: number | null;
  resets_at: string;
  error?: string | null;
  retry_at?: string | null;
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
  mine: boolean;
  code: string | null;
}
