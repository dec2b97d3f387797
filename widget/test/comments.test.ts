import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { configOf } from "../src/config.js";
import type { Composition } from "../src/core/types.js";
import { start } from "../src/widget.js";
import { answer, comment, quota, session, thread as threadOf } from "./making.js";
import { FakeServer, problem, until } from "./server.js";

const me = { id: "me", name: "Mina", kind: "guest" as const, avatar_url: null };
const thread = (comments = [comment("a")], given = {}) => threadOf(comments, { last_event: "e-7", ...given });

let server: FakeServer;
let element: HTMLElement;

function shown(selector: string): HTMLElement | null {
  return element.shadowRoot?.querySelector<HTMLElement>(selector) ?? null;
}

function all(selector: string): HTMLElement[] {
  return [...(element.shadowRoot?.querySelectorAll<HTMLElement>(selector) ?? [])];
}

function button(label: string, index = 0): HTMLElement {
  const found = all("button").filter((known) => known.textContent === label)[index];
  if (!found) throw new Error(`no button ${label}`);
  return found;
}

function mount(): void {
  element = document.createElement("answerback-comments");
  element.setAttribute("data-site", "demo");
  element.setAttribute("data-page", "/post");
  document.body.append(element);
}

async function write(text: string): Promise<void> {
  const area = (await until(() => shown("textarea"))) as HTMLTextAreaElement;
  area.dispatchEvent(new Event("focusin", { bubbles: true }));
  area.value = text;
  area.dispatchEvent(new Event("input", { bubbles: true }));
  shown(".composer")?.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
}

beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
  // A returning visitor.
  localStorage.setItem("answerback:demo:session", "true");
  start((element) => configOf(element, { base: "https://our.example/" }));
  server = new FakeServer();
  server.on("GET /api/session/", session({ visitor: me }));
  server.on("GET /api/comments/", thread());
  server.install();
});

afterEach(() => element.remove());

describe("<answerback-comments>", () => {
  it("shows the thread and listens from its last event", async () => {
    let ready: Event | null = null;
    document.addEventListener("answerback:ready", (event) => (ready = event), { once: true });
    mount();
    await until(() => shown("article"));
    expect(shown("h2")?.textContent).toBe("1 comment");
    const read = server.calls("GET /api/comments/")[0];
    expect(read?.credentials).toBe("omit");
    expect(read?.query.get("site")).toBe("demo");
    expect(server.streams[0]?.url.searchParams.get("after")).toBe("e-7");
    expect((ready as Event | null)?.composed).toBe(true);
  });

  it("posts with a key and shows the row before the response", async () => {
    let arrive = (): void => undefined;
    const arrived = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    server.on("POST /api/comments/", async ({ body }: { body: Record<string, unknown> }) => {
      await arrived;
      const posted = { author: me, body: String(body.body), html: "<p>from the server</p>" };
      const spent = quota({ used: 1, left: 4 });
      return { comment: comment("new", posted), answer: answer("x", "new"), quota: spent, refused: null };
    });
    mount();
    await until(() => shown("article"));
    await write("Is it **so**?");
    await until(() => shown('[data-state="sending"]'));
    arrive();
    await until(() => shown(".answer"));
    const [post] = server.calls("POST /api/comments/");
    expect(post?.headers.get("X-Answerback")).toBe("1");
    expect(post?.body).toMatchObject({ page: "/post", parent_id: null, ask: null, body: "Is it **so**?" });
    expect(String(post?.body.key).length).toBeGreaterThan(7);
    expect(shown('[data-id="new"] .body')?.innerHTML).toBe("<p>from the server</p>");
    expect(all('[data-state="sending"]')).toHaveLength(0);
    expect(shown(".waiting")).not.toBeNull();
    expect(localStorage.getItem("answerback:demo:outbox:/post")).toBeNull();
  });

  it("keeps an answer that settles before the post's response", async () => {
    const question = comment("new", { author: me, body: "Is it so?" });
    server.on("POST /api/comments/", async () => {
      const [live] = server.streams;
      live?.send("comment.added", { comment: question });
      live?.send("answer.queued", { id: "x", question_id: "new", comment: answer("x", "new") });
      live?.send("answer.settled", {
        id: "x",
        comment: answer("x", "new", { state: "failed", error: "auth" }),
      });
      await until(() => shown('[data-state="failed"]'));
      return { comment: question, answer: answer("x", "new"), quota: quota({ left: 4 }), refused: null };
    });
    let posted = false;
    document.addEventListener("answerback:comment", () => (posted = true), { once: true });
    mount();
    await until(() => shown("article"));
    await write("Is it so?");
    await until(() => posted);
    await new Promise(requestAnimationFrame);
    expect(shown('[data-state="failed"]')).not.toBeNull();
    expect(shown(".waiting")).toBeNull();
  });

  it("creates a session only when a comment is posted", async () => {
    let known = false;
    server.on("GET /api/session/", () => session({ visitor: known ? me : null }));
    server.on("POST /api/session/", () => {
      known = true;
      return { visitor: me, ticket: "t" };
    });
    server.on("POST /api/comments/", { comment: comment("n"), answer: null, quota: quota(), refused: null });
    mount();
    await until(() => shown("article"));
    expect(server.calls("POST /api/session/")).toHaveLength(0);
    await write("Hello");
    await until(() => shown('[data-id="n"]'));
    expect(server.calls("POST /api/session/")).toHaveLength(1);
    expect(server.calls("POST /api/session/bearer/")).toHaveLength(0);
  });

  it("uses a bearer token if the cookie is blocked", async () => {
    const seen = ({ headers }: { headers: Headers }) =>
      session({ visitor: headers.get("Authorization") === "Bearer tok" ? me : null });
    server.on("GET /api/session/", seen);
    server.on("POST /api/session/", { visitor: me, ticket: "t" });
    server.on("POST /api/session/bearer/", { token: "tok" });
    server.on("POST /api/comments/", { comment: comment("n"), answer: null, quota: quota(), refused: null });
    mount();
    await until(() => shown("article"));
    await write("Hello");
    await until(() => shown('[data-id="n"]'));
    expect(server.calls("POST /api/comments/")[0]?.headers.get("Authorization")).toBe("Bearer tok");
    expect(JSON.parse(sessionStorage.getItem("answerback:demo:token") ?? "")).toBe("tok");
  });

  it("keeps an unsent comment and resends it with the same key", async () => {
    mount();
    await until(() => shown("article"));
    server.down = true;
    await write("Do not lose me");
    await until(() => shown('[data-state="failed"]'));
    const kept = JSON.parse(localStorage.getItem("answerback:demo:outbox:/post") ?? "[]") as Composition[];
    expect(kept[0]?.body).toBe("Do not lose me");
    server.down = false;
    server.on("POST /api/comments/", { comment: comment("n"), answer: null, quota: quota(), refused: null });
    button("Try again").click();
    await until(() => shown('[data-id="n"]'));
    const keys = server.calls("POST /api/comments/").map(({ body }) => body.key);
    expect(new Set(keys)).toEqual(new Set([kept[0]?.key]));
  });

  it("keeps a draft across a reload", async () => {
    mount();
    await until(() => shown("article"));
    const area = shown("textarea") as HTMLTextAreaElement;
    area.value = "half a thought";
    area.dispatchEvent(new Event("input", { bubbles: true }));
    element.remove();
    await until(() => server.streams[0]?.readyState === 2);
    mount();
    const again = (await until(() => shown("textarea"))) as HTMLTextAreaElement;
    expect(again.value).toBe("half a thought");
  });

  it("says the comment is saved when the quota is used up", async () => {
    const refused = { code: "quota_exhausted", detail: "", resets_at: "2026-11-24T00:00:00.000Z" };
    const spent = quota({ used: 5, left: 0 });
    server.on("POST /api/comments/", { comment: comment("n"), answer: null, quota: spent, refused });
    mount();
    await until(() => shown("article"));
    await write("A sixth question?");
    const note = await until(() => shown('[part="refused"]'));
    expect(note.textContent).toContain("Your comment is saved");
    await until(() => shown('[data-id="n"]'));
  });

  it("streams an answer as text, then shows its HTML", async () => {
    server.on("GET /api/comments/", thread([comment("a", { replies: [answer("x", "a")] })]));
    mount();
    const live = await until(() => server.streams[0]);
    await until(() => shown(".waiting"));
    live.send("answer.delta", { id: "x", offset: 0, text: "<b>not</b> " });
    live.send("answer.delta", { id: "x", offset: 11, text: "markup" });
    await until(() => shown(".caret"));
    await until(() => shown('[part="answer"] .body')?.textContent === "<b>not</b> markup");
    expect(shown('[part="answer"] b')).toBeNull();
    const sources = [{ quote: "word for word", url: "", title: "" }];
    live.send("answer.settled", { id: "x", comment: answer("x", "a", { state: "done", sources }, "whole") });
    await until(() => shown(".source"));
    expect(shown('[part="answer"] .body p')?.textContent).toBe("whole");
    expect(shown(".caret")).toBeNull();
  });

  it("refetches the thread if a chunk is missing or on reload", async () => {
    mount();
    const live = await until(() => server.streams[0]);
    live.send("reload", null);
    await until(() => server.streams.length > 1);
    expect(live.readyState).toBe(2);
    expect(server.calls("GET /api/comments/").length).toBeGreaterThan(1);
  });

  it("offers to stop only to the visitor who asked", async () => {
    const running = answer("x", "a", { state: "streaming" }, "so far");
    server.on("GET /api/comments/", thread([comment("a", { replies: [running] })]));
    mount();
    await until(() => shown(".caret"));
    expect(shown(".stop")).toBeNull();
    element.remove();
    server.on("GET /api/comments/", thread([comment("a", { author: me, replies: [running] })]));
    await until(() => server.streams[0]?.readyState === 2);
    mount();
    const stop = await until(() => shown(".stop"));
    const settled = answer("x", "a", { state: "stopped" }, "so far");
    server.on("DELETE /api/comments/x/answer/", { answer: settled });
    stop.click();
    await until(() => shown('[part="answer"][data-state="stopped"]'));
  });

  it("says that the server is failing and loads on retry", async () => {
    const reply = server.routes.get("GET /api/comments/");
    server.on("GET /api/comments/", () => problem(500, "internal"));
    mount();
    expect((await until(() => shown('[part="error"]'))).textContent).toContain("can't be reached right now");
    server.on("GET /api/comments/", reply);
    button("Try again").click();
    await until(() => shown("article"));
  });

  it("blocks writing in a locked thread, but not deleting", async () => {
    const own = comment("a", { author: me, created_at: new Date().toISOString() });
    server.on("GET /api/comments/", thread([own], { locked: true }));
    mount();
    await until(() => all(".actions button").some((known) => known.textContent === "Delete"));
    expect(shown('[part~="locked"]')?.textContent).toContain("closed");
    expect(shown("textarea")).toBeNull();
    const offered = all(".actions button").map((known) => known.textContent);
    expect(offered).toEqual(["Delete"]);
  });

  it("closes every composer when the thread is locked", async () => {
    server.on("POST /api/comments/", () => problem(409, "thread_locked"));
    mount();
    await until(() => shown("article"));
    button("Reply").click();
    await until(() => all("textarea").length === 2);
    await write("Too late");
    await until(() => shown('[part~="locked"]'));
    expect(shown("textarea")).toBeNull();
    await until(() => shown('[data-state="failed"]')?.textContent?.includes("This thread is closed."));
  });

  it("always offers editing if the site sets no time limit", async () => {
    const settings = { ...session().settings, edit_minutes: null };
    server.on("GET /api/session/", session({ visitor: me, settings }));
    server.on("GET /api/comments/", thread([comment("a", { author: me })], { settings }));
    mount();
    const edit = await until(() => all(".actions button").find((known) => known.textContent === "Edit"));
    expect(edit.getAttribute("title")).toBeNull();
  });

  describe("with more replies than fit on a page", () => {
    const reply = (id: string) => comment(id, { parent_id: "a" });
    const parts: Record<string, ReturnType<typeof comment>[]> = {
      "": [comment("a", { replies: [reply("r1")], replies_next: "c1" }), comment("b")],
      c1: [comment("a", { replies: [reply("r2")], replies_next: "c2" })],
      c2: [comment("a", { replies: [reply("r3")] })],
      around: [comment("a", { replies: [reply("r1"), reply("r3")], replies_next: "c1" })],
    };
    const shownIds = () => all("article").map(({ dataset }) => dataset.id);

    beforeEach(() => {
      server.on("GET /api/comments/", ({ query }: { query: URLSearchParams }) =>
        thread(query.get("around") === "r3" ? parts.around : parts[query.get("cursor") ?? ""], { total: 5 }),
      );
    });

    it("shows them below their root until there are no more", async () => {
      mount();
      await until(() => shown('[part~="more"]'));
      button("Show more replies").click();
      await until(() => shown('[data-id="r2"]'));
      button("Show more replies").click();
      await until(() => shown('[data-id="r3"]'));
      expect(shownIds()).toEqual(["a", "r1", "r2", "r3", "b"]);
      expect(shown('[part~="more"]')).toBeNull();
      expect(shown("h2")?.textContent).toBe("5 comments");
    });

    it("shows a loading error and retries", async () => {
      mount();
      await until(() => shown('[part~="more"]'));
      server.down = true;
      button("Show more replies").click();
      const again = await until(() => all("button").find((known) => known.textContent === "Try again"));
      server.down = false;
      again.click();
      await until(() => shown('[data-id="r2"]'));
    });

    it("finds the reply in the URL with one request", async () => {
      location.hash = "#answerback-r3";
      mount();
      await until(() => shown('[data-id="r3"][data-target]'));
      location.hash = "";
      expect(server.calls("GET /api/comments/")).toHaveLength(1);
    });

    it("loads as many again after a reconnect", async () => {
      mount();
      await until(() => shown('[part~="more"]'));
      button("Show more replies").click();
      await until(() => shown('[data-id="r2"]'));
      server.streams[0]?.send("reload", {});
      await until(() => server.calls("GET /api/comments/").length === 4);
      await until(() => shownIds().join() === "a,r1,r2,b");
      expect(server.calls("GET /api/comments/")[3]?.query.get("cursor")).toBe("c1");
    });
  });

  it("shows a truncated comment in full on request", async () => {
    const long = comment("a", { body: "The beginning", html: "<p>The beginning…</p>", cut: true });
    server.on("GET /api/comments/", thread([{ ...long, replies: [comment("r", { parent_id: "a" })] }]));
    server.on("GET /api/comments/a/", {
      comment: comment("a", { html: "<p>The beginning and the end</p>" }),
    });
    mount();
    await until(() => shown(".body"));
    button("Show all").click();
    await until(() => shown(".body")?.textContent?.endsWith("the end"));
    expect(all("button").some(({ textContent }) => textContent === "Show all")).toBe(false);
    expect(shown("[data-id=r]")).not.toBeNull();
    expect(server.calls("POST /api/session/")).toEqual([]);
  });

  it("says if the rest of a comment cannot be loaded", async () => {
    server.on("GET /api/comments/", thread([comment("a", { cut: true })]));
    mount();
    await until(() => shown(".body"));
    button("Show all").click();
    await until(() => shown("[role=alert]"));
    expect(button("Show all")).toBeTruthy();
  });

  it("reverts a vote that the server refuses", async () => {
    server.on("PUT /api/comments/a/vote/", () => problem(403, "not_yours"));
    mount();
    const up = await until(() => shown('[part~="vote-up"]'));
    up.click();
    await until(() => shown('.note[role="alert"]'));
    await until(() => shown('[part~="vote-up"]')?.getAttribute("aria-pressed") === "false");
    expect(shown('[part~="vote-up"]')?.textContent).toBe("Upvote");
  });

  it("is in Korean on a Korean page", async () => {
    document.documentElement.lang = "ko";
    mount();
    await until(() => shown("article"));
    expect(shown("h2")?.textContent).toBe("댓글 1개");
    document.documentElement.lang = "";
  });

  it("closes its stream when it is removed", async () => {
    mount();
    const live = await until(() => server.streams[0]);
    element.remove();
    await until(() => live.readyState === 2);
  });
});
