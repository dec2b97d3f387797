/** Rows of this browser that the server has not confirmed. */

import { localId } from "../core/tree.js";
import type { Comment, Composition, Unsent, Visitor } from "../core/types.js";

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
