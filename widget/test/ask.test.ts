import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { configOf } from "../src/config.js";
import { start } from "../src/widget.js";
import { quota, session } from "./making.js";
import { FakeServer, problem, stream, until } from "./server.js";

const me = { id: "me", name: "Mina", kind: "guest" as const, avatar_url: null };
const spent = { count: 1, limit: 5, left: 4, resets_at: "2026-11-24T00:00:00.000Z" };
const settled = (text: string) => ({
  id: "x",
  response: text,
  html: `<p>${text}</p>`,
  sources: [],
  state: "done",
  ...spent,
});

let server: FakeServer;
let element: HTMLElement;

function shown(selector: string): HTMLElement | null {
  return element.shadowRoot?.querySelector<HTMLElement>(selector) ?? null;
}

async function ask(text: string): Promise<void> {
  const area = (await until(() => shown("textarea"))) as HTMLTextAreaElement;
  area.value = text;
  area.dispatchEvent(new Event("input", { bubbles: true }));
  area.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
}

function mount(): void {
  element = document.createElement("answerback-ask");
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
  server.on("GET /api/chat/gpt/", { conversations: [], ...spent, count: 0, left: 5 });
  server.install();
});

afterEach(() => element.remove());

describe("<answerback-ask>", () => {
  it("says by how much a question is too long, and keeps it", async () => {
    mount();
    await ask("why ".repeat(501));
    await until(() => shown("[role=alert]"));
    expect(shown("[role=alert]")?.textContent).toContain("3 characters too long");
    expect((shown("textarea") as HTMLTextAreaElement).value).toHaveLength(2_004);
    expect(shown("button.send")?.getAttribute("aria-disabled")).toBe("true");
    expect(server.calls("POST /api/chat/gpt/")).toHaveLength(0);
  });

  it("streams an answer and counts it", async () => {
    server.on("POST /api/chat/gpt/", () =>
      stream(
        ["answer.queued", { id: "x", question_id: "q", ...spent }],
        ["answer.delta", { id: "x", offset: 0, text: "32 kilo" }],
        ["answer.settled", settled("32 kilometres")],
      ),
    );
    mount();
    await until(() => server.calls("GET /api/chat/gpt/").length);
    await ask("How far?");
    await until(() => shown('.answer[data-state="done"]'));
    expect(shown(".answer .body p")?.textContent).toBe("32 kilometres");
    expect(shown(".quota")?.textContent).toContain("4 of 5 AI answers left today");
    const [post] = server.calls("POST /api/chat/gpt/");
    expect(post?.headers.get("Accept")).toBe("text/event-stream");
    expect(post?.body).toMatchObject({ user_input: "How far?", page: "/post" });
    expect(sessionStorage.getItem("answerback:demo:asking:/post")).toBeNull();
  });

  it("resumes with the same key when the stream drops", async () => {
    let times = 0;
    server.on("POST /api/chat/gpt/", () => {
      times++;
      const queued: [string, unknown] = ["answer.queued", { id: "x", question_id: "q", ...spent }];
      if (times === 1) return stream(queued, ["answer.delta", { id: "x", offset: 0, text: "half" }]);
      return stream(queued, ["answer.settled", settled("whole")]);
    });
    mount();
    await ask("How far?");
    await until(() => shown('.answer[data-state="done"]'));
    const keys = server.calls("POST /api/chat/gpt/").map(({ body }) => body.key);
    expect(keys).toHaveLength(2);
    expect(new Set(keys).size).toBe(1);
  });

  it("resumes a running answer after a reload", async () => {
    const common = { html: "", created_at: "2026-11-23T10:00:00.000Z", sources: [], key: "the-key-1" };
    const conversations = [
      { ...common, id: "q", role: "user", content: "How far?" },
      { ...common, id: "x", role: "assistant", content: "", state: "streaming" },
    ];
    server.on("GET /api/chat/gpt/", { conversations, ...spent });
    server.on("POST /api/chat/gpt/", () => stream(["answer.settled", settled("whole")]));
    mount();
    await until(() => shown('.answer[data-state="done"]'));
    expect(server.calls("POST /api/chat/gpt/")[0]?.body).toMatchObject({
      key: "the-key-1",
      user_input: "How far?",
    });
  });

  it("restores the question when the daily quota is used up", async () => {
    server.on("POST /api/chat/gpt/", () => problem(429, "quota_exhausted", { "Retry-After": "60" }));
    mount();
    await until(() => server.calls("GET /api/chat/gpt/").length);
    server.on("GET /api/session/", session({ visitor: me, quota: quota({ used: 5, left: 0 }) }));
    await ask("One more?");
    const note = await until(() => shown('[part="refused"]'));
    expect(note.textContent).toContain("used up");
    expect((shown("textarea") as HTMLTextAreaElement).value).toBe("One more?");
    expect(shown(".answer")).toBeNull();
  });

  it("does not send during IME composition", async () => {
    mount();
    const area = (await until(() => shown("textarea"))) as HTMLTextAreaElement;
    area.value = "얼마나";
    area.dispatchEvent(new Event("input", { bubbles: true }));
    const enter = { key: "Enter", bubbles: true, cancelable: true };
    area.dispatchEvent(new KeyboardEvent("keydown", { ...enter, isComposing: true }));
    area.dispatchEvent(new KeyboardEvent("keydown", { ...enter, shiftKey: true }));
    expect(server.calls("POST /api/chat/gpt/")).toHaveLength(0);
  });

  it("renders nothing if asking is impossible", async () => {
    server.on("GET /api/session/", session({ provider: "off" }));
    mount();
    await until(() => server.calls("GET /api/session/").length);
    await until(() => shown(".ask") === null);
  });
});
