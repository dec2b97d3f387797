/** Factories for complete, valid API objects. */

import type { Answer, Comment, Quota, Session, Thread } from "../src/core/types.js";

export function comment(id: string, given: Partial<Comment> = {}): Comment {
  return {
    id,
    page: "/post",
    parent_id: null,
    author: { id: "v1", name: "Mina", kind: "guest", avatar_url: null },
    body: `body of ${id}`,
    html: `<p>body of ${id}</p>`,
    state: "published",
    created_at: "2026-11-23T10:00:00.000Z",
    edited_at: null,
    votes: { up: 0, down: 0 },
    pinned: false,
    answer: null,
    replies: [],
    ...given,
  };
}

export function answer(id: string, parent: string, given: Partial<Answer> = {}, body = ""): Comment {
  const state: Answer = {
    state: "queued",
    question_id: parent,
    model: "m",
    provider: "openai",
    digital_source_type: "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
    supported: null,
    support_reason: "",
    certainty: null,
    sources: [],
    verified_by_owner: false,
    retry_at: null,
    error: null,
    outdated: false,
    revised_at: null,
    ...given,
  };
  const author = { id: "", name: "AI", kind: "ai" as const, avatar_url: null };
  return comment(id, { parent_id: parent, author, answer: state, body, html: body && `<p>${body}</p>` });
}

/** A page of a thread as the server returns it. */
export function thread(comments: Comment[] = [], given: Partial<Thread> = {}): Thread {
  const { settings, provider, provider_name } = session();
  const rest = {
    next: null,
    previous: null,
    locked: false,
    last_event: "e-0",
    settings,
    provider,
    provider_name,
  };
  return { page: "/post", comments, total: comments.length, ...rest, ...given };
}

export function quota(given: Partial<Quota> = {}): Quota {
  return { limit: 5, used: 0, left: 5, resets_at: "2026-11-24T00:00:00.000Z", ...given };
}

export function session(given: Partial<Session> = {}): Session {
  return {
    visitor: null,
    quota: quota(),
    mine: { votes: {}, pending: [] },
    settings: {
      name: "Demo",
      ai: "questions",
      guests: true,
      edit_minutes: 15,
      moderation: "none",
      timezone: "UTC",
      lang: "en",
      theme: "auto",
      form: false,
      max_body: 5_000,
    },
    provider: "openai",
    provider_name: "OpenAI",
    ...given,
  };
}
