/** The visitor's conversation, as a list of questions and answers in turn. */

import type { ChatEntry } from "../core/types.js";

/** Leaves out what was tried again: a question without a whole answer that was asked once more in the same words. */
export function withoutRetried(entries: readonly ChatEntry[]): ChatEntry[] {
  return entries.filter((entry, at) => {
    const asked = entry.role === "user" ? at : at - 1;
    const state = entries[asked + 1]?.state;
    if (state !== "failed" && state !== "stopped") return true;
    const words = entries[asked]?.content;
    return !entries.slice(asked + 2).some(({ role, content }) => role === "user" && content === words);
  });
}
