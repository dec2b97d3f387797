/**
 * Events that the server's own tests say readers receive (tests/golden): after them, the widget shows what a
 * reload shows.
 */

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import golden from "../../tests/golden/thread.json";
import { applyDelta } from "../src/answers/streaming.js";
import { configOf } from "../src/config.js";
import { find, remove, upsert } from "../src/core/tree.js";
import type { Comment, Thread } from "../src/core/types.js";
import { start } from "../src/widget.js";
import { EventParser } from "../src/writing/event_stream.js";
import { session } from "./making.js";
import { FakeServer, until } from "./server.js";

interface Golden {
  before: Thread;
  events: { event: string; data: { comment?: Comment; id?: string; offset?: number; text?: string } }[];
  after: Thread;
}

const { before, events, after } = golden as Golden;

function withReplies(comment: Comment): Comment {
  return { ...comment, replies: comment.replies ?? [] };
}

function told(roots: Comment[], { event, data }: Golden["events"][number]): Comment[] {
  if (event === "answer.delta")
    return applyDelta(roots, data.id ?? "", data.offset ?? 0, data.text ?? "") ?? [];
  if (event === "comment.removed") return remove(roots, data.id ?? "");
  return data.comment ? upsert(roots, withReplies(data.comment), "oldest") : roots;
}

/** A tombstone is recognized by its state alone. */
function seen(comment: Comment): unknown {
  const { id, parent_id, body, html, state, votes, answer, edited_at } = comment;
  const replies = comment.replies.map(seen);
  return state === "deleted"
    ? { id, state, replies }
    : { id, parent_id, body, html, votes, answer, edited_at, replies };
}

describe("the golden events", () => {
  it("lead to the server's thread", () => {
    const roots = events.reduce(told, before.comments);
    expect(roots.map(seen)).toEqual(after.comments.map(seen));
  });

  it("lead there even from the middle of an answer", () => {
    const first = events.findIndex(({ event }) => event === "answer.delta");
    const id = events[first]?.data.id ?? "";
    let text = "";
    let roots = events.slice(0, first).reduce(told, before.comments);
    for (const { event, data } of events.slice(first)) {
      if (event !== "answer.delta") break;
      text += data.text;
      // A client that connects now first receives the whole text, from offset 0.
      roots = applyDelta(roots, id, 0, text) ?? [];
      expect(find(roots, id)?.body).toBe(text);
    }
    expect(applyDelta(roots, id, text.length + 1, "x")).toBeNull();
  });

  it("are parsed the same wherever the stream is split", () => {
    const lines = events.map(({ event, data }) => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    const stream = lines.join("");
    for (let cut = 0; cut <= stream.length; cut += 7) {
      const parser = new EventParser();
      const read = [...parser.push(stream.slice(0, cut)), ...parser.push(stream.slice(cut))];
      expect(read.map(({ data }) => JSON.parse(data))).toEqual(events.map(({ data }) => data));
    }
  });
});

describe("the element", () => {
  let server: FakeServer;
  const mounted: HTMLElement[] = [];

  beforeEach(() => {
    start((element) => configOf(element, { base: "https://our.example/" }));
    server = new FakeServer();
    server.on("GET /api/session/", session({ visitor: null }));
    server.install();
  });

  afterEach(() => {
    for (const element of mounted.splice(0)) element.remove();
  });

  function mount(thread: Thread): HTMLElement {
    server.on("GET /api/comments/", thread);
    const element = document.createElement("answerback-comments");
    element.setAttribute("data-site", "blog");
    element.setAttribute("data-page", "/bakery.html");
    document.body.append(element);
    mounted.push(element);
    return element;
  }

  function shown(element: HTMLElement): string[] {
    const rows = [...(element.shadowRoot?.querySelectorAll<HTMLElement>("[data-id]") ?? [])];
    return rows.map((row) => `${row.dataset.id} ${row.querySelector(".body")?.textContent}`);
  }

  it("shows the same after the events as after a reload", async () => {
    const watching = mount(before);
    const stream = await until(() => server.streams[0], "the stream");
    for (const { event, data } of events) stream.send(event, data);
    const coming = mount(after);
    await until(() => shown(coming).length > 0, "the thread");
    await until(() => shown(watching).join() === shown(coming).join(), "the same").catch(() => undefined);
    expect(shown(watching)).toEqual(shown(coming));
  });
});
