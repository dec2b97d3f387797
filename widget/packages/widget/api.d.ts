/** The API's objects. Made by `python -m tests.generated` from app/schemas.py: change them there. */
// # Longer than 400 lines, because a command makes it.

/** Who writes. */
export type AuthorKind = "guest" | "user" | "owner" | "ai";

/** Whether a comment is shown, waits for approval, or is gone. */
export type CommentState = "published" | "pending" | "hidden" | "deleted";

/** How far an answer is, or how it ended. */
export type AnswerState = "queued" | "streaming" | "done" | "stopped" | "failed" | "withheld";

/** Which comments the AI answers. */
export type AnswerRule = "always" | "questions" | "mention" | "drafts" | "off";

/** The order of root comments. */
export type Sort = "oldest" | "newest" | "best";

/** For, none, against. */
export type Vote = 1 | 0 | -1;

/** What went wrong. */
export type ErrorCode =
  | "ai_off"
  | "already_answered"
  | "answer_failed"
  | "answer_running"
  | "bad_json"
  | "body_too_large"
  | "budget_exhausted"
  | "code_invalid"
  | "comment_rejected"
  | "edit_window_over"
  | "email_taken"
  | "header_required"
  | "insufficient_storage"
  | "internal"
  | "login_failed"
  | "method_not_allowed"
  | "name_reserved"
  | "not_found"
  | "not_yours"
  | "origin_not_allowed"
  | "password_weak"
  | "quota_exhausted"
  | "rate_limited"
  | "request_timeout"
  | "session_invalid"
  | "session_required"
  | "sign_in_required"
  | "site_required"
  | "site_unknown"
  | "sso_invalid"
  | "thread_locked"
  | "ticket_invalid"
  | "too_many_requests"
  | "unavailable"
  | "unsupported_media_type"
  | "validation_failed"
  | "visitor_blocked";

/** A problem (RFC 9457). */
export interface Error {
  /** The code as a URN. */
  type: string;
  /** The code in words. */
  title: string;
  /** The HTTP status. */
  status: number;
  code: ErrorCode;
  /** A sentence for people. */
  detail: string;
  /** When answers are available again, with `quota_exhausted` and the like. */
  resets_at?: string;
  /** By which the operator finds the request in the log. */
  request_id?: string;
}

/** Somebody who reads or writes on a site. */
export interface Visitor {
  /** Empty where a comment's author is not shown. */
  id: string;
  name: string;
  kind: AuthorKind;
  /** The address of a picture; null: show initials. */
  avatar_url: string | null;
}

/** What is left of today's answers. */
export interface Quota {
  /** Answers used today. */
  used: number;
  /** Answers a day; null: no limit. */
  limit: number | null;
  /** Answers left today; null: no limit. */
  left: number | null;
  /** When the next day begins. */
  resets_at: string;
}

/** A comment's votes. */
export interface Votes {
  up: number;
  down: number;
}

/** A passage that an answer cites. */
export interface Source {
  /** The passage, verbatim. */
  quote: string;
  /** The page it is on. */
  url: string;
  /** That page's title. */
  title: string;
}

/** The answer's side of an AI reply. */
export interface Answer {
  state: AnswerState;
  sources: Source[];
  /** Where its words come from, by IPTC's term, such as `…/trainedAlgorithmicMedia`; null: none yet, or a person's own. */
  digital_source_type: string | null;
  /** Whether the site's own words bear every sentence; null: not checked. */
  supported: boolean | null;
  /** Why they do not, such as `partly`, `not_found` or `refused`; else empty. */
  support_reason: string;
  /** How likely the site's passages were to answer, from 0 to 1; null: not judged. */
  certainty: number | null;
  model: string;
  provider: string;
  /** The owner vouches for it. */
  verified_by_owner: boolean;
  /** The comment it answers. */
  question_id: string;
  /** The page no longer says what it cites. */
  outdated: boolean;
  /** When its text was last replaced, by the owner or after the page changed. */
  revised_at: string | null;
  /** Why it failed: a code. */
  error: string | null;
  /** When it is tried again by itself. */
  retry_at: string | null;
}

/** A comment of a thread. An AI reply is one too, with its `answer`. */
export interface Comment {
  /** An opaque id. */
  id: string;
  /** The thread's key. */
  page: string;
  /** The comment it replies to. */
  parent_id: string | null;
  author: Visitor;
  /** Markdown. */
  body: string;
  /** The body as sanitised HTML. */
  html: string;
  state: CommentState;
  created_at: string;
  edited_at: string | null;
  votes: Votes;
  /** The owner keeps it at the top. */
  pinned: boolean;
  answer: Answer | null;
  replies: Comment[];
  /** Of a root with more replies: the `cursor` of the next ones. */
  replies_next?: string;
  /** `body` and `html` are only the beginning: `GET /api/comments/{id}/` gives all. */
  cut?: boolean;
}

/** A page's comments: roots with their replies. */
export interface Thread {
  /** The thread's key. */
  page: string;
  comments: Comment[];
  /** The `cursor` of the next part; null at the end. */
  next: string | null;
  /** The `cursor` of the part before; null at the beginning. */
  previous: string | null;
  /** Published comments by people in the whole thread; answers by the AI are not counted. */
  total: number;
  /** Nobody may write. */
  locked: boolean;
  settings: Settings;
  /** Who answers. */
  provider: "openai" | "responses" | "azure" | "anthropic" | "gemini" | "quote" | "off";
  /** To whom questions are sent; null: to nobody outside this server. */
  provider_name: string | null;
  /** Read events `after` this one. */
  last_event: string | null;
}

/** The site's settings as they hold on the page. */
export interface Settings {
  name: string;
  ai: AnswerRule;
  /** Whether guests may write. */
  guests: boolean;
  /** How long authors may change their comments; null: no limit. */
  edit_minutes: number | null;
  /** What is held for approval: none, all, or a list of rules. */
  moderation: string;
  timezone: string;
  lang: string;
  theme: "auto" | "light" | "dark" | "paper" | "ink" | "forest" | "ocean" | "rose" | "terminal";
  /** Whether comments are sent with what `GET /api/comments/form/` gives. */
  form: boolean;
  /** Characters (Unicode code points) that a comment may have. */
  max_body: number;
}

/** A report was taken. */
export interface Receipt {
  /** Where its sender reads what comes of it, and may appeal. */
  url: string;
}

/** The visitor's own on the page. */
export interface Mine {
  /** Votes by comment id. */
  votes: Record<string, Vote>;
  /** Comments and answers that wait for approval. */
  pending: Comment[];
}

/** Who the visitor is and what they may do. */
export interface Session {
  visitor: Visitor | null;
  quota: Quota;
  mine: Mine;
  settings: Settings;
  /** Who answers. */
  provider: "openai" | "responses" | "azure" | "anthropic" | "gemini" | "quote" | "off";
  /** To whom questions are sent; null: to nobody outside this server. */
  provider_name: string | null;
}

/** A session that has begun; its cookie is set. */
export interface NewSession {
  visitor: Visitor;
  /** Good for one bearer token within a minute; null: the session was there before. */
  ticket: string | null;
}

/** For the header `Authorization: Bearer …`. */
export interface BearerToken {
  token: string;
}

/** Somebody who has signed in. */
export interface Account {
  user: Visitor;
  /** A bearer token. */
  token: string;
}

/** An account's visitor. */
export interface User {
  user: Visitor;
}

/** A session of the account. */
export interface Device {
  /** An opaque id. */
  id: string;
  /** The site's origin; empty for programs. */
  origin: string;
  /** The browser. */
  agent: string;
  created_at: string;
  /** The session of this call. */
  current: boolean;
}

/** Where an account is signed in, newest first. */
export interface Devices {
  sessions: Device[];
}

/** Why a question gets no answer. */
export interface Refusal {
  code: ErrorCode;
  /** A sentence for people. */
  detail: string;
  /** When answers are available again. */
  resets_at: string | null;
}

/** A comment that was saved, and what becomes of its question. */
export interface PostedComment {
  comment: Comment;
  /** The queued AI reply. */
  answer: Comment | null;
  quota: Quota;
  refused: Refusal | null;
}

/** A comment as it is now. */
export interface ChangedComment {
  comment: Comment;
}

/** What a comment is sent with; empty where the site has no spam filter. */
export interface CommentForm {
  /** Signed: when somebody began to write. */
  form: string;
  work: Work | null;
}

/** Under attack: find the `number` below `most` for which SHA-256 of `salt` followed by it is `hash`, and send `salt`, `signature` and `number`. */
export interface Work {
  salt: string;
  hash: string;
  signature: string;
  most: number;
}

/** A comment's HTML. */
export interface Preview {
  html: string;
}

/** A comment's votes as they are now. */
export interface VoteCounts {
  votes: Votes;
}

/** An AI reply, and what is left of today's answers. */
export interface Reply {
  answer: Comment;
  quota: Quota;
}

/** A version of an answer. */
export interface Revision {
  author: "ai" | "owner";
  action: "answered" | "corrected" | "verified" | "withdrawn" | "renewed";
  /** Null where the answer is withdrawn. */
  body: string | null;
  html: string | null;
  /** The owner's note to readers. */
  note: string;
  created_at: string;
}

/** An answer's versions, oldest first. */
export interface History {
  history: Revision[];
}

/** A question of the site and its answer. */
export interface KnownAnswer {
  /** The answering comment. */
  id: string;
  question: string;
  page: string;
  url: string;
  title: string;
  body: string;
  html: string;
  author_kind: AuthorKind;
  provider: string;
  /** Where its words come from, by IPTC's term, such as `…/trainedAlgorithmicMedia`; null: none yet, or a person's own. */
  digital_source_type: string | null;
  /** The owner wrote it or vouches for it. */
  verified_by_owner: boolean;
  revised_at: string | null;
  created_at: string;
}

/** What the site has answered before. */
export interface Answered {
  answered: KnownAnswer | null;
}

/** What a visitor is notified of. */
export interface Subscription {
  /** An opaque id. */
  id: string;
  topic: "replies" | "thread";
  /** The page, of a thread. */
  page: string | null;
  channel: "email" | "feed";
  /** The email address, masked. */
  address: string | null;
  /** The secret address of a feed; with `&format=json` it is JSON Feed. */
  url: string | null;
  /** `pending`: the address has still to confirm it. */
  state: "pending" | "active";
  created_at: string;
}

/** A subscription that was saved. */
export interface SavedSubscription {
  subscription: Subscription;
}

/** What the visitor is notified of. */
export interface Subscriptions {
  /** Whether the server sends email. */
  email: boolean;
  /** An address that is known to be the visitor's, masked: no other is needed. */
  address: string | null;
  subscriptions: Subscription[];
}

/** JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/). */
export interface JsonFeed {
  version: string;
  title: string;
  home_page_url: string;
  feed_url: string;
  items: {
    id: string;
    url: string;
    title: string;
    content_html: string;
    date_published: string;
    date_modified: string;
    authors: {
      name: string;
    }[];
    _answerback?: {
      digital_source_type: string | null;
      verified_by_owner: boolean;
      supported: boolean | null;
      support_reason: string;
    };
  }[];
}

/** Published comments by page, as the call spells it. */
export interface Counts {
  counts: Record<string, number>;
}

/** A question or an answer of the ask box. */
export interface ChatEntry {
  /** An opaque id. */
  id: string;
  /** Only an assistant's entry has the optional fields. */
  role: "user" | "assistant";
  /** Markdown. */
  content: string;
  html: string;
  created_at: string;
  sources: Source[];
  state: AnswerState;
  /** The question's idempotency key. */
  key: string | null;
  model?: string;
  provider?: string;
  /** Where its words come from, by IPTC's term, such as `…/trainedAlgorithmicMedia`; null: none yet, or a person's own. */
  digital_source_type?: string | null;
  /** Whether the site's own words bear every sentence; null: not checked. */
  supported?: boolean | null;
  /** Why they do not, such as `partly`, `not_found` or `refused`; else empty. */
  support_reason?: string;
  /** How likely the site's passages were to answer, from 0 to 1; null: not judged. */
  certainty?: number | null;
  /** Why it failed: a code. */
  error?: string | null;
  /** When it is tried again by itself. */
  retry_at?: string | null;
}

/** The visitor's own questions. */
export interface ChatHistory {
  conversations: ChatEntry[];
  /** Answers used today. */
  count: number;
  /** Answers a day; null: no limit. */
  limit: number | null;
  /** Answers left today; null: no limit. */
  left: number | null;
  /** When the next day begins. */
  resets_at: string;
}

/** An answer of the ask box. */
export interface ChatAnswer {
  /** An opaque id. */
  id: string;
  /** Markdown. */
  response: string;
  html: string;
  sources: Source[];
  state: AnswerState;
  model: string;
  provider: string;
  /** Where its words come from, by IPTC's term, such as `…/trainedAlgorithmicMedia`; null: none yet, or a person's own. */
  digital_source_type: string | null;
  /** Whether the site's own words bear every sentence; null: not checked. */
  supported: boolean | null;
  /** Why they do not, such as `partly`, `not_found` or `refused`; else empty. */
  support_reason: string;
  /** How likely the site's passages were to answer, from 0 to 1; null: not judged. */
  certainty: number | null;
  /** Why it failed: a code. */
  error: string | null;
  /** When it is tried again by itself. */
  retry_at: string | null;
  /** Answers used today. */
  count: number;
  /** Answers a day; null: no limit. */
  limit: number | null;
  /** Answers left today; null: no limit. */
  left: number | null;
  /** When the next day begins. */
  resets_at: string;
}

/** The data of a page's events, by the event's name. */
export interface PageEvents {
  /** A comment is new, or has changed. */
  "comment.added": {
    comment: Comment;
  };
  /** A comment is new, or has changed. */
  "comment.changed": {
    comment: Comment;
  };
  /** A comment is gone. */
  "comment.removed": {
    id: string;
  };
  /** An answer is coming. */
  "answer.queued": {
    id: string;
    question_id: string;
    comment: Comment;
  };
  /** The next piece of an answer. */
  "answer.delta": {
    id: string;
    text: string;
    offset: number;
  };
  /** An answer has ended. */
  "answer.settled": {
    id: string;
    comment: Comment;
  };
  /** Read the thread again, then events after its `last_event`. */
  reload: Record<string, never>;
  /** The stream gets through; the first comes at once, the others at least every 15 seconds. */
  ping: Record<string, never>;
}

/** The data of an ask box answer's events, by the event's name. */
export interface ChatEvents {
  /** An answer is coming. */
  "answer.queued": {
    id: string;
    question_id: string;
    count: number;
    limit: number | null;
    left: number | null;
    resets_at: string;
  };
  /** The next piece of an answer. */
  "answer.delta": {
    id: string;
    text: string;
    offset: number;
  };
  "answer.settled": ChatAnswer;
}
