/** The visitor's conversation, as alternating questions and answers. */

import type { ChatEntry } from "../core/types.js";

/** Leaves out retried questions: those without a complete answer that were asked again with the same text. */
export function withoutRetried(entries: readonly ChatEntry[]): ChatEntry[] {
  return entries.filter((entry, at) => {
    const asked = entry.role === "user" ? at : at - 1;
    const state = entries[asked + 1]?.state;
    if (state !== "failed" && state !== "stopped") return true;
    const words = entries[asked]?.content;
    return !entries.slice(asked + 2).some(({ role, content }) => role === "user" && content === words);
  });
}
