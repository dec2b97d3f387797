/** This browser's rows that the server has not confirmed. */

import { change, find, upsert } from "../core/tree.js";
import type { Comment, Composition, Sort, Unsent, Visitor } from "../core/types.js";

export function unsentRow(
  composition: Composition,
  visitor: Visitor | null,
  page: string,
  state: Unsent["state"],
  now: number,
): Comment {
  const { key, parent_id, body, name } = composition;
  const nobody = { id: "", kind: "guest" as const, avatar_url: null };
  return {
    id: localId(key),
    page,
    parent_id,
    author: { ...nobody, ...visitor, name: name || visitor?.name || "" },
    body,
    html: "",
    state: "published",
    created_at: new Date(now).toISOString(),
    edited_at: null,
    votes: { up: 0, down: 0 },
    pinned: false,
    answer: null,
    replies: [],
    unsent: { key, state, code: null },
  };
}

/** Replaces an unsent row with the comment that the server has created from it. */
export function confirm(roots: Comment[], key: string, sort: Sort, comment: Comment): Comment[] {
  const local = unsentWith(roots, key);
  if (local && !find(roots, comment.id)) return change(roots, local.id, () => comment);
  return upsert(local ? change(roots, local.id, () => null) : roots, comment, sort);
}

export function unsentWith(roots: readonly Comment[], key: string): Comment | null {
  return find(roots, localId(key));
}

export function localId(key: string): string {
  return `local-${key}`;
}

/** Matches a live event to the visitor's own unsent comment before the server has replied. */
export function unsentTwin(roots: readonly Comment[], comment: Comment): Comment | null {
  for (const row of roots) {
    const twin =
      row.unsent?.state === "sending" && row.author.id === comment.author.id && row.body === comment.body
        ? row
        : unsentTwin(row.replies, comment);
    if (twin) return twin;
  }
  return null;
}
