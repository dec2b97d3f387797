import { describe, expect, it } from "vitest";
import { viewOf } from "../src/answers/answer_view.js";
import type { Answer } from "../src/core/types.js";

const words = { id: "a", text: "At *nine*.", html: "<p>At <em>nine</em>.</p>" };
const seen = (given: Partial<Answer>, quotes = false) => viewOf(words, given, quotes, false);
const REVISED = "2026-11-23T10:00:00.000Z";

describe("an answer's view", () => {
  it("has HTML only once it has settled", () => {
    expect(seen({ state: "queued" }).html).toBe("");
    expect(seen({ state: "streaming" }).html).toBe("");
    expect(seen({ state: "done" }).html).toBe(words.html);
    expect(seen({ state: "stopped" }).html).toBe(words.html);
  });

  it("is settled by default", () => {
    expect(seen({})).toMatchObject({
      state: "done",
      sources: [],
      code: null,
      retryAt: null,
      outdated: false,
    });
  });

  it("is a quotation if it says so, else if the site quotes", () => {
    expect(seen({ provider: "quote" })).toMatchObject({ quoted: true, quoting: true });
    expect(seen({ provider: "openai" }, true).quoting).toBe(false);
    expect(seen({}, true).quoting).toBe(true);
  });

  it("is no longer a quotation once the owner has rewritten it", () => {
    const corrected = { provider: "quote", verified_by_owner: true, revised_at: REVISED };
    expect(seen(corrected)).toMatchObject({ quoted: true, quoting: false, verified: true, revised: true });
    expect(seen({ ...corrected, revised_at: null }).quoting).toBe(true);
    expect(seen({ ...corrected, verified_by_owner: false }).quoting).toBe(true);
  });
});
