/**
 * Streamed chunks (tests/golden/chat.json) must look the same in the ask box as the history loaded
 * afterwards.
 */

import { afterEach, beforeEach, expect, it } from "vitest";
import golden from "../../tests/golden/chat.json";
import { configOf } from "../src/config.js";
import { start } from "../src/widget.js";
import { session } from "./making.js";
import { FakeServer, stream, until } from "./server.js";

const { asked, events, history } = golden;
const me = { id: "me", name: "Mina", kind: "guest" as const, avatar_url: null };
const mounted: HTMLElement[] = [];
let server: FakeServer;

beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
  start((element) => configOf(element, { base: "https://our.example/" }));
  server = new FakeServer();
  server.on("GET /api/session/", session({ visitor: me }));
  server.on("POST /api/chat/gpt/", () =>
    stream(...events.map(({ event, data }): [string, unknown] => [event, data])),
  );
  server.install();
});

afterEach(() => {
  for (const element of mounted.splice(0)) element.remove();
});

function mount(conversations: unknown[]): HTMLElement {
  server.on("GET /api/chat/gpt/", { ...history, conversations });
  const element = document.createElement("answerback-ask");
  element.setAttribute("data-site", "blog");
  element.setAttribute("data-page", asked.page);
  document.body.append(element);
  mounted.push(element);
  return element;
}

function find(element: HTMLElement, selector: string): HTMLElement | null {
  return element.shadowRoot?.querySelector<HTMLElement>(selector) ?? null;
}

function looks(element: HTMLElement): unknown {
  const all = (selector: string) =>
    [...(element.shadowRoot?.querySelectorAll(selector) ?? [])].map((found) => found.textContent?.trim());
  return {
    questions: all('[part~="question"]'),
    answers: all(".answer .body"),
    sources: all('[part~="source"]'),
  };
}

it("shows streamed chunks and the history alike", async () => {
  const asking = mount([]);
  const area = (await until(() => find(asking, "textarea"))) as HTMLTextAreaElement;
  await until(() => server.calls("GET /api/chat/gpt/").length, "the history");
  area.value = asked.user_input;
  area.dispatchEvent(new Event("input", { bubbles: true }));
  area.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
  await until(() => find(asking, '.answer[data-state="done"]'), "the answer");
  const [post] = server.calls("POST /api/chat/gpt/");
  expect(Object.keys(post?.body ?? {}).sort()).toEqual(Object.keys(asked).sort());

  const coming = mount(history.conversations);
  await until(() => find(coming, '.answer[data-state="done"]'), "the history's answer");
  expect(looks(asking)).toEqual(looks(coming));
  expect(find(coming, ".answer .body")?.textContent).toContain("문은 🙂 7:30");
});
