import { afterEach, beforeEach, expect, it } from "vitest";
import { readEarly } from "../src/api.js";
import { configOf } from "../src/config.js";
import { start } from "../src/widget.js";
import { comment, session, thread as threadOf } from "./making.js";
import { FakeServer, until } from "./server.js";

const me = { id: "me", name: "Mina", kind: "guest" as const, avatar_url: null };
const thread = (comments = [comment("a")]) => threadOf(comments);

let server: FakeServer;
let element: HTMLElement;
const all = (selector: string) => [...(element.shadowRoot?.querySelectorAll<HTMLElement>(selector) ?? [])];
const shown = (selector: string) => all(selector)[0];

function mount(): void {
  element = document.createElement("answerback-comments");
  element.setAttribute("data-site", "demo");
  element.setAttribute("data-page", "/post");
  document.body.append(element);
}

beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
  start((element) => configOf(element, { base: "https://our.example/" }));
  server = new FakeServer();
  server.on("GET /api/session/", session({ visitor: me }));
  server.on("GET /api/comments/", thread());
  server.install();
});

afterEach(() => element.remove());

it("shows the comments that the loader has requested", async () => {
  const early = new Map();
  readEarly(early, "https://our.example/", "demo", "/post");
  await until(() => server.calls("GET /api/comments/").length);
  start((element) => configOf(element, { base: "https://our.example/" }), null, early);
  mount();
  await until(() => shown("article"));
  expect(server.calls("GET /api/comments/")).toHaveLength(1);
});

it("loads the session only before a visitor's first action", async () => {
  const own = comment("a", { author: me, created_at: new Date().toISOString() });
  server.on("GET /api/comments/", thread([own]));
  mount();
  await until(() => shown("article"));
  expect(server.calls("GET /api/session/")).toEqual([]);
  shown("textarea")?.dispatchEvent(new Event("pointerover", { bubbles: true, composed: true }));
  await until(() => all(".actions button").some(({ textContent }) => textContent === "Edit"));
  expect(localStorage.getItem("answerback:demo:session")).toBe("true");
});
