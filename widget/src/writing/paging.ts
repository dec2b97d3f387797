/** Pagination of threads. */

import type { Api } from "../api.js";
import { count, find } from "../core/tree.js";
import type { Comment, Sort, Thread } from "../core/types.js";

/** After the first page, loads as many more as were loaded before. */
export async function readAsFar(
  api: Api,
  page: string,
  sort: Sort,
  before: readonly Comment[],
  thread: Thread,
): Promise<void> {
  const wanted = before.filter((comment) => !comment.unsent).length;
  const short = ({ id, replies, replies_next }: Comment) =>
    replies_next && count(replies) < count(find(before, id)?.replies ?? []);
  for (;;) {
    const { next, comments } = thread;
    const cursor = (comments.length < wanted && next) || comments.find(short)?.replies_next;
    if (!cursor) return;
    const part = await api.thread(page, sort, cursor);
    if (cursor === next) thread.next = part.next;
    thread.comments = appendPage(comments, part.comments);
  }
}

/** Merges a page into the loaded comments without duplicates: further roots, or a root's further replies. */
export function appendPage(comments: Comment[], page: Comment[]): Comment[] {
  const known = new Map(comments.map((comment) => [comment.id, comment]));
  for (const comment of page) {
    const { id, replies, replies_next = "" } = comment;
    const old = known.get(id);
    known.set(
      id,
      old ? { ...old, replies_next, replies: inOrder(appendPage(old.replies, replies)) } : comment,
    );
  }
  return [...known.values()];
}

/** The first comment of a page that is not loaded already. */
export function firstBeyond(page: readonly Comment[], known: readonly Comment[]): string {
  for (const { id, replies } of page) {
    const old = find(known, id);
    const found = old ? firstBeyond(replies, old.replies) : id;
    if (found) return found;
  }
  return "";
}

/** Replies in the server's order. */
function inOrder(replies: Comment[]): Comment[] {
  return replies.sort((a, b) => +b.pinned - +a.pinned || a.created_at.localeCompare(b.created_at));
}
