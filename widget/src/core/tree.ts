/** Reducers for the thread's tree. Unchanged nodes keep their identity, so they are not rendered again. */

import type { AnswerState, Comment, Sort } from "./types.js";

export function find(roots: readonly Comment[], id: string): Comment | null {
  for (const comment of roots) {
    const found = comment.id === id ? comment : find(comment.replies, id);
    if (found) return found;
  }
  return null;
}

/** Replaces one comment; null removes it. Returns the same array if the ID is not in the tree. */
export function change(roots: Comment[], id: string, to: (comment: Comment) => Comment | null): Comment[] {
  let index = 0;
  for (const comment of roots) {
    if (comment.id === id) {
      const next = to(comment);
      if (next === comment) return roots;
      return next ? roots.with(index, next) : roots.toSpliced(index, 1);
    }
    const replies = change(comment.replies, id, to);
    if (replies !== comment.replies) return roots.with(index, { ...comment, replies });
    index++;
  }
  return roots;
}

/**
 * Adds a comment, or updates the one with the same ID and keeps its replies. With `more`, the thread has
 * unloaded pages, and a root that would come last is left out.
 */
export function upsert(roots: Comment[], comment: Comment, sort: Sort, more = false): Comment[] {
  const known = find(roots, comment.id);
  if (known) return change(roots, comment.id, (old) => renewed(old, comment));
  if (comment.parent_id) {
    return change(roots, comment.parent_id, (parent) => ({
      ...parent,
      replies: [...parent.replies, comment],
    }));
  }
  if (more) return roots;
  if (sort === "newest") {
    const pinned = roots.filter((root) => root.pinned).length;
    return roots.toSpliced(pinned, 0, comment);
  }
  return [...roots, comment];
}

/**
 * Merges a newer state into a comment; a settled answer never reverts to running unless it was asked again.
 */
function renewed(old: Comment, fresh: Comment): Comment {
  const replies = fresh.replies?.length ? fresh.replies : old.replies;
  const running = old.answer && fresh.answer && isRunning(fresh.answer);
  const body =
    running && fresh.body.length < old.body.length && isRunning(old.answer) ? old.body : fresh.body;
  return { ...old, cut: false, ...fresh, body, replies };
}

export function isRunning(answer: { state?: AnswerState } | null): boolean {
  return answer?.state === "queued" || answer?.state === "streaming";
}

export const someAnswer = (roots: readonly Comment[]): boolean =>
  roots.some(({ answer, replies }) => answer || someAnswer(replies));

/** Removes a comment. One with replies stays as a tombstone until its last reply is gone. */
export function remove(roots: Comment[], id: string): Comment[] {
  const rest = change(roots, id, (comment) => {
    if (comment.replies.length === 0) return null;
    return { ...comment, state: "deleted", body: "", html: "", author: { ...comment.author, name: "" } };
  });
  return rest === roots ? roots : prune(rest);
}

function prune(roots: Comment[]): Comment[] {
  return roots.flatMap((comment) => {
    const replies = prune(comment.replies);
    if (comment.state === "deleted" && replies.length === 0) return [];
    return replies.length === comment.replies.length ? [comment] : [{ ...comment, replies }];
  });
}

export function count(roots: readonly Comment[]): number {
  let sum = 0;
  for (const { replies } of roots) sum += 1 + count(replies);
  return sum;
}

/** Names shared by several people. */
export function namesakesIn(comments: readonly Comment[], bearers = new Map<string, string>()): string[] {
  for (const { author, replies } of comments) {
    const { name, id } = author;
    if (id) bearers.set(name, (bearers.get(name) ?? id) === id ? id : "");
    namesakesIn(replies, bearers);
  }
  return [...bearers.keys()].filter((name) => !bearers.get(name));
}
