import { describe, expect, it } from "vitest";
import type { AnswerState, ChatEntry } from "../src/core/types.js";
import { withoutRetried } from "../src/writing/talk.js";

function pair(id: string, content: string, state: AnswerState): ChatEntry[] {
  const common = { html: "", created_at: "2026-11-23T10:00:00.000Z", sources: [], key: id };
  const question: ChatEntry = { ...common, id: `q${id}`, role: "user", content, state: "done" };
  return [question, { ...common, id, role: "assistant", content: "", state }];
}

const ids = (entries: ChatEntry[]) => withoutRetried(entries).map(({ id }) => id);

describe("a conversation", () => {
  it("shows a retried question once", () => {
    const failed = pair("a", "How far?", "failed");
    expect(ids([...failed, ...pair("b", "How far?", "streaming")])).toEqual(["qb", "b"]);
    expect(
      ids([...failed, ...pair("c", "How high?", "stopped"), ...pair("b", "How far?", "failed")]),
    ).toEqual(["qc", "c", "qb", "b"]);
  });

  it("shows every answered question, even if repeated", () => {
    const twice = [...pair("a", "How far?", "done"), ...pair("b", "How far?", "done")];
    expect(ids(twice)).toEqual(["qa", "a", "qb", "b"]);
    expect(ids(pair("a", "How far?", "failed"))).toEqual(["qa", "a"]);
  });
});
