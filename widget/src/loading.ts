/** Reads a thread, or a part of it around a comment, as far as it had been read before. */

import type { Api } from "./api.js";
import * as tree from "./core/tree.js";
import type { Comment, Sort, Thread } from "./core/types.js";

export async function loadThread(
  api: Api,
  page: string,
  sort: Sort,
  before: Comment[],
  around: string,
): Promise<Thread> {
  const thread = await api.thread(page, sort, null, around);
  const wanted = before.filter((comment) => !comment.unsent).length;
  const short = ({ id, replies, replies_next }: Comment) =>
    replies_next && tree.count(replies) < tree.count(tree.find(before, id)?.replies ?? []);
  for (;;) {
    const { next, comments } = thread;
    const cursor = (comments.length < wanted && next) || comments.find(short)?.replies_next;
    if (!cursor) return thread;
    const part = await api.thread(page, sort, cursor);
    if (cursor === next) thread.next = part.next;
    thread.comments = tree.appendPage(comments, part.comments);
  }
}
