/** Text that streams in chunks. */

import { change, isRunning } from "../core/tree.js";
import type { Comment } from "../core/types.js";

/**
 * The text after a chunk at `offset`, in UTF-16 code units as in JavaScript strings. Null if the chunk starts
 * past the end: an earlier one is missing.
 */
export function splice(text: string, offset: number, piece: string): string | null {
  return offset > text.length ? null : text.slice(0, offset) + piece;
}

/** Applies a chunk of streamed text; null if a chunk is missing and the thread must be refetched. */
export function applyDelta(roots: Comment[], id: string, offset: number, text: string): Comment[] | null {
  let missing = false;
  const next = change(roots, id, (comment) => {
    if (!comment.answer || (!isRunning(comment.answer) && offset > 0)) return comment;
    const body = splice(comment.body, offset, text);
    if (body === null) {
      missing = true;
      return comment;
    }
    return { ...comment, body, answer: { ...comment.answer, state: "streaming" } };
  });
  return missing ? null : next;
}

export interface Run {
  text: string;
  strong: boolean;
}

/** Partial Markdown as runs of plain text: no syntax characters, bold where marked. */
export function lightly(markdown: string): Run[] {
  const plain = markdown
    .replace(/^#{1,6} +|`/gm, "")
    .replace(/^( *)[-*] +/gm, "$1• ")
    .replace(/\[([^\]\n]+)\]\([^)\n]*\)?/g, "$1")
    .replace(/\*$/, "");
  return plain.split("**").map((text, index) => ({ text, strong: index % 2 === 1 }));
}
