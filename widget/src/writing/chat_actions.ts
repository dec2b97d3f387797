/** Asks about the page and streams the answer. */

import { splice } from "../answers/streaming.js";
import { type Problem, problemOf } from "../api.js";
import type { ChatStore } from "../chat.js";
import { EVENTS } from "../constants.js";
import { askedOf, withPassage } from "../core/asked_passage.js";
import { isRunning } from "../core/tree.js";
import type { ChatAnswer, ChatEntry, Opinion, Quota } from "../core/types.js";
import { pause } from "../retrying.js";
import { BrowserStorage } from "../storage.js";
import { unmark } from "./asked_passages.js";
import { streamed } from "./event_stream.js";
import { newKey } from "./keys.js";
import { takeSelected } from "./selecting.js";
import type { SessionActions } from "./session_actions.js";

interface Spent {
  count: number;
  limit: number | null;
  left: number | null;
  resets_at: string;
}

interface Asking {
  key: string;
  text: string;
}

const TRIES = 5;
const LATE_MS = 2_000;

export class ChatActions {
  #storage: BrowserStorage;
  #stream: AbortController | null = null;
  #following = false;
  #later = 0;

  constructor(
    private readonly store: ChatStore,
    private readonly visiting: SessionActions,
  ) {
    this.#storage = new BrowserStorage(`answerback:${store.config.site}:asking:`, "sessionStorage");
  }

  close(): void {
    clearTimeout(this.#later);
    this.#stream?.abort();
    unmark();
  }

  /** Makes the next question about the current selection. */
  takePassage(): void {
    this.store.set({ quote: takeSelected(this.store) });
  }

  /** Makes the next question about the page again. */
  leavePassage(): void {
    this.store.set({ quote: "" });
  }

  /** Puts a question back into the field, with its passage. */
  putBack(question: string): void {
    const { quote, text } = askedOf(question);
    this.store.setDraft(text);
    this.store.set({ quote });
  }

  /** Loads the conversation, and resumes a running answer. */
  async recall(): Promise<void> {
    clearTimeout(this.#later);
    const history = await this.visiting.api.history(this.#page);
    this.store.set({ entries: this.#joined(history.conversations) });
    this.#spent(history);
    this.#resume();
  }

  get #page(): string {
    return this.store.config.page;
  }

  /** Removes the question from the field: the existing answer is enough. */
  takeOut(): void {
    const { draft: text, quote = "" } = this.store.state;
    this.store.setDraft("");
    this.store.set({ quote: "", taken: withPassage({ quote, text: text.trim() }) });
  }

  /** The history, followed by what was asked while it was loading. */
  #joined(known: ChatEntry[]): ChatEntry[] {
    if (!this.store.running) return known;
    const keys = new Set(known.map((entry) => entry.key));
    return [...known, ...this.store.state.entries.filter((entry) => !keys.has(entry.key))];
  }

  /** Resumes an answer that was running when the visitor left the page. */
  #resume(): void {
    const asking = this.#storage.get<Asking>(this.#page);
    const { running } = this.store;
    if (this.#following) return;
    const key = running?.key ?? asking?.key;
    const question = running ? this.#questionOf(running) : asking?.text;
    const last = this.store.state.entries.at(-1);
    if (last?.key && !running) this.#followLater({ key: last.key, text: this.#questionOf(last) }, last.id);
    if (!key || !question) {
      this.#storage.set(this.#page, null);
      return;
    }
    const known = this.store.state.entries.some((entry) => entry.key === key);
    if (running) void this.#follow({ key, text: question }, running.id);
    else if (known) this.#storage.set(this.#page, null);
    else void this.#begin({ key, text: question });
  }

  #questionOf(answer: ChatEntry): string {
    const at = this.store.state.entries.indexOf(answer);
    return this.store.state.entries[at - 1]?.content ?? "";
  }

  /** Asks a question. Offers an existing answer first; a second call asks anyway. */
  async ask(own: string): Promise<void> {
    if (this.store.running || this.store.state.looking) return;
    const text = withPassage({ quote: this.store.state.quote ?? "", text: own });
    if (!this.store.state.known) {
      this.store.set({ looking: true });
      const known = await this.visiting.known(text);
      this.store.set({ looking: false, known });
      if (known) return this.store.signal({ say: "known" });
    }
    this.store.setDraft("");
    this.store.set({ quote: "" });
    void this.#begin({ key: newKey(), text });
  }

  /** Asks a failed or stopped question again, as a new one. */
  again(id: string): void {
    const entry = this.store.state.entries.find((known) => known.id === id);
    if (!entry || this.store.running) return;
    const text = this.#questionOf(entry);
    const unsent = entry.id.startsWith("local-") && entry.key;
    if (unsent) this.#drop(entry.key ?? "");
    void this.#begin({ key: unsent || newKey(), text });
  }

  #begin(asking: Asking): Promise<void> {
    const { key, text } = asking;
    this.#storage.set(this.#page, asking);
    const created_at = new Date().toISOString();
    const common = { html: "", created_at, sources: [], key };
    const question: ChatEntry = {
      ...common,
      id: `local-q-${key}`,
      role: "user",
      content: text,
      state: "done",
    };
    const answer: ChatEntry = {
      ...common,
      id: `local-${key}`,
      role: "assistant",
      content: "",
      state: "queued",
      provider: this.store.session.state.info?.provider ?? "",
    };
    this.store.set({ entries: [...this.store.state.entries, question, answer], problem: null });
    return this.#follow(asking, answer.id);
  }

  /** Streams the answer into its entry; a dropped stream is resumed with the same key, at no extra cost. */
  async #follow(asking: Asking, entry: string): Promise<void> {
    const control = new AbortController();
    this.#stream = control;
    this.#following = true;
    await this.#followTo(asking, entry, control);
    if (this.#stream === control) this.#following = false;
  }

  async #followTo(asking: Asking, entry: string, control: AbortController): Promise<void> {
    let id = entry;
    for (let attempt = 1; !control.signal.aborted; attempt++) {
      try {
        await this.visiting.ensure();
        for await (const [event, data] of this.#events(asking, control.signal)) {
          id = this.#take(id, event, data);
        }
        if (!this.store.running) {
          this.#followLater(asking, id);
          break;
        }
        if (attempt >= TRIES) return this.#failed(asking, id, "answer_failed");
      } catch (error) {
        if (control.signal.aborted) return;
        const problem = problemOf(error);
        if (!problem.passing || attempt >= TRIES) return this.#refused(asking, id, problem);
      }
      await new Promise((resolve) => setTimeout(resolve, pause(attempt)));
    }
    this.#storage.set(this.#page, null);
  }

  /** If the server will retry a failed answer by itself, looks again at that time. */
  #followLater(asking: Asking, id: string): void {
    const entry = this.store.state.entries.find((known) => known.id === id);
    if (entry?.state !== "failed" || !entry.retry_at) return;
    const wait = Math.max(0, Date.parse(entry.retry_at) - Date.now()) + LATE_MS;
    this.#later = setTimeout(() => void this.#follow(asking, id), wait);
  }

  #events({ key, text }: Asking, signal: AbortSignal): AsyncGenerator<[string, unknown]> {
    const { page, url, title } = this.store.config;
    return streamed(this.store.session.api, { page, url, title, user_input: text, key }, signal);
  }

  /** Applies one event; returns the entry's ID, which the server sends in the first. */
  #take(entry: string, event: string, data: unknown): string {
    if (event === "answer.queued") {
      const { id, question_id, ...spent } = data as ChatAnswer & { question_id: string };
      this.#spent(spent);
      this.#change(entry, (old) => ({ ...old, id }));
      return id;
    }
    if (event === "answer.delta") {
      const { offset, text } = data as { offset: number; text: string };
      this.#change(entry, (old) => {
        const content = splice(old.content, offset, text);
        return content === null ? old : { ...old, state: "streaming", content };
      });
    }
    if (event === "answer.settled") this.#settle(entry, data as ChatAnswer);
    return entry;
  }

  #settle(entry: string, settled: ChatAnswer): void {
    const { id: _, response: content, state, ...rest } = settled;
    this.#spent(settled);
    this.#change(entry, (old) => ({ ...old, ...rest, state, content }));
    const good = state === "done" || state === "stopped";
    this.store.signal({ say: state === "stopped" ? state : good ? "ready" : "unanswered" });
    this.store.signal({ event: EVENTS.answer, detail: { answer: settled } });
  }

  async stop(id: string): Promise<void> {
    try {
      const settled = await this.visiting.api.stopChat(id);
      const entry = this.store.state.entries.find((known) => known.id === id);
      this.#stream?.abort();
      this.#storage.set(this.#page, null);
      if (entry && isRunning(entry)) this.#settle(id, settled);
    } catch (error) {
      this.store.set({ problem: problemOf(error) });
    }
  }

  /** Handles a refusal before any answer: the question goes back into the field. */
  #refused(asking: Asking, entry: string, problem: Problem): void {
    if (problem.passing || problem.status >= 500) {
      this.#failed(asking, entry, problem.code);
      return;
    }
    this.#storage.set(this.#page, null);
    this.#drop(asking.key);
    if (!this.store.state.draft) this.putBack(asking.text);
    this.store.set({ problem });
    if (problem.code === "quota_exhausted") void this.store.session.load().catch(() => undefined);
    this.store.fail(problem.code);
  }

  #failed({ key }: Asking, entry: string, code: string): void {
    this.#storage.set(this.#page, null);
    this.#change(entry, (old) => ({ ...old, state: "failed", error: code, key }));
    this.store.signal({ say: "unanswered" });
    this.store.fail(code);
  }

  async feedback(id: string, opinion: Opinion): Promise<void> {
    const { api } = this.visiting;
    await this.visiting.write(() => api.feedback(id, opinion)).catch(() => undefined);
  }

  #spent({ count, limit, left, resets_at }: Spent): void {
    const quota: Quota = { used: count, limit, left, resets_at };
    if (resets_at) this.visiting.setQuota(quota);
  }

  #drop(key: string): void {
    const gone = [`local-${key}`, `local-q-${key}`];
    this.store.set({ entries: this.store.state.entries.filter(({ id }) => !gone.includes(id)) });
  }

  #change(id: string, to: (entry: ChatEntry) => ChatEntry): void {
    this.store.set({
      entries: this.store.state.entries.map((entry) => (entry.id === id ? to(entry) : entry)),
    });
  }
}
