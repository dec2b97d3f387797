import { describe, expect, it } from "vitest";
import { applyDelta } from "../src/answers/streaming.js";
import * as tree from "../src/core/tree.js";
import type { Comment, Composition } from "../src/core/types.js";
import { appendPage } from "../src/writing/paging.js";
import * as unsent from "../src/writing/unsent.js";
import { unsentRow } from "../src/writing/unsent.js";
import { answer, comment } from "./making.js";

describe("a thread", () => {
  it("adds a reply and keeps its siblings the same objects", () => {
    const roots = [comment("a"), comment("b")];
    const next = tree.upsert(roots, comment("c", { parent_id: "b" }), "oldest");
    expect(next[0]).toBe(roots[0]);
    expect(next[1]?.replies.map(({ id }) => id)).toEqual(["c"]);
  });

  it("adds a comment once and keeps its replies when it changes", () => {
    const roots = tree.upsert([comment("a")], comment("b", { parent_id: "a" }), "oldest");
    const next = tree.upsert(roots, comment("a", { body: "new" }), "oldest");
    expect(next).toHaveLength(1);
    expect(next[0]?.body).toBe("new");
    expect(next[0]?.replies).toHaveLength(1);
  });

  it("leaves out others' roots beyond the loaded pages", () => {
    const roots = [comment("a")];
    expect(tree.upsert(roots, comment("z"), "oldest", true)).toBe(roots);
    expect(tree.upsert(roots, comment("z"), "oldest")).toHaveLength(2);
    expect(tree.upsert(roots, comment("z"), "newest", true)).toBe(roots);
    expect(tree.upsert(roots, comment("z"), "newest")[0]?.id).toBe("z");
  });

  it("ignores a reply to an unknown comment", () => {
    const roots = [comment("a")];
    expect(tree.upsert(roots, comment("x", { parent_id: "gone" }), "oldest")).toBe(roots);
  });

  it("keeps a tombstone until its last reply is gone", () => {
    const roots = [comment("a", { replies: [comment("b", { parent_id: "a" })] })];
    const stone = tree.remove(roots, "a");
    expect(stone[0]).toMatchObject({ state: "deleted", body: "", html: "" });
    expect(tree.remove(stone, "b")).toEqual([]);
  });

  it("replaces an unsent row with the server's comment", () => {
    const composition: Composition = { key: "k", parent_id: null, body: "hi", name: "Mina", ask: null };
    const row = unsentRow(composition, null, "/post", "sending", 0);
    const roots = [row, comment("later")];
    expect(unsent.confirm(roots, "k", "oldest", comment("a")).map(({ id }) => id)).toEqual(["a", "later"]);
  });

  it("shows a comment once if its event precedes the response", () => {
    const composition: Composition = { key: "k", parent_id: null, body: "hi", name: "", ask: null };
    const visitor = { id: "v1", name: "Mina", kind: "guest" as const, avatar_url: null };
    const roots = [unsentRow(composition, visitor, "/post", "sending", 0)];
    const live = comment("a", { body: "hi" });
    expect(unsent.unsentTwin(roots, live)?.unsent?.key).toBe("k");
    expect(unsent.unsentTwin(roots, comment("b", { body: "other" }))).toBeNull();
    const both = tree.upsert(roots, live, "oldest");
    expect(unsent.confirm(both, "k", "oldest", live).map(({ id }) => id)).toEqual(["a"]);
  });

  it("merges pages without duplicates", () => {
    const pages = appendPage([comment("a"), comment("b")], [comment("b"), comment("c")]);
    expect(pages.map(({ id }) => id)).toEqual(["a", "b", "c"]);
  });

  it("merges further replies in order, pinned first", () => {
    const reply = (id: string, minute: number, given = {}) =>
      comment(id, { parent_id: "a", created_at: `2026-11-23T10:0${minute}:00.000Z`, ...given });
    const pinned = reply("pinned", 8, { pinned: true });
    const roots = [
      comment("a", { replies: [pinned, reply("first", 1), reply("live", 9)], replies_next: "c1" }),
    ];
    const first = reply("first", 1, { replies: [comment("below", { parent_id: "first" })] });
    const page = [comment("a", { replies: [first, reply("second", 2)], replies_next: "c2" })];
    const [root] = appendPage(roots, page);
    expect(root?.replies.map(({ id }) => id)).toEqual(["pinned", "first", "second", "live"]);
    expect(root?.replies[1]?.replies.map(({ id }) => id)).toEqual(["below"]);
    expect(root?.replies_next).toBe("c2");
    expect(appendPage([root as Comment], [comment("a")])[0]?.replies_next).toBe("");
  });

  it("keeps the reply cursor when a root changes", () => {
    const roots = [comment("a", { replies_next: "c1" })];
    const [root] = tree.upsert(roots, comment("a", { votes: { up: 1, down: 0 } }), "oldest");
    expect([root?.votes.up, root?.replies_next]).toEqual([1, "c1"]);
  });
});

describe("a streaming answer", () => {
  const thread = () => [comment("q", { replies: [answer("x", "q")] })];

  it("grows by chunks at UTF-16 offsets", () => {
    let roots = applyDelta(thread(), "x", 0, "Hi 😀") ?? [];
    roots = applyDelta(roots, "x", 5, " there") ?? [];
    expect(tree.find(roots, "x")?.body).toBe("Hi 😀 there");
    expect(tree.find(roots, "x")?.answer?.state).toBe("streaming");
  });

  it("applies a repeated chunk only once", () => {
    let roots = applyDelta(thread(), "x", 0, "one two") ?? [];
    roots = applyDelta(roots, "x", 4, "two three") ?? [];
    expect(tree.find(roots, "x")?.body).toBe("one two three");
  });

  it("detects a missing chunk", () => {
    expect(applyDelta(thread(), "x", 3, "late")).toBeNull();
  });

  it("does not change after it has settled", () => {
    const roots = [comment("q", { replies: [answer("x", "q", { state: "done" }, "whole")] })];
    expect(applyDelta(roots, "x", 2, "zzz")).toBe(roots);
  });

  it("keeps the longer text when an older state arrives", () => {
    const roots = applyDelta(thread(), "x", 0, "some text") ?? [];
    const next = tree.upsert(roots, answer("x", "q", { state: "streaming" }, "some"), "oldest");
    expect(tree.find(next, "x")?.body).toBe("some text");
  });
});
