/** The visitor's private conversation about the page. */

import { type Problem, pause, problemOf } from "./api.js";
import type { Config } from "./config.js";
import { EVENTS } from "./constants.js";
import { splice } from "./core/streaming.js";
import { isRunning } from "./core/tree.js";
import type { ChatAnswer, ChatEntry, KnownAnswer, Opinion, Quota } from "./core/types.js";
import type { Session } from "./session.js";
import { BrowserStorage, newKey } from "./storage.js";
import { Store } from "./store.js";

export interface ChatState {
  status: "loading" | "ready" | "failed";
  entries: ChatEntry[];
  /** Why the last question was not taken. */
  problem: Problem | null;
  draft: string;
  /** Whether it is being looked up if the question has been answered already, and what was found. */
  looking: boolean;
  known: KnownAnswer | null;
  /** What was taken out of the field, since it is answered already. */
  taken: string;
}

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

export class ChatStore extends Store<ChatState> {
  #storage: BrowserStorage;
  #drafts: BrowserStorage;
  #stream: AbortController | null = null;
  #following = false;
  #ready = false;
  #later = 0;
  #failures = 0;

  constructor(
    private readonly config: Config,
    readonly session: Session,
  ) {
    super({
      status: "loading",
      entries: [],
      problem: null,
      draft: "",
      looking: false,
      known: null,
      taken: "",
    });
    this.#storage = new BrowserStorage(`answerback:${config.site}:asking:`, "sessionStorage");
    this.#drafts = new BrowserStorage(`answerback:${config.site}:ask:`);
    this.state.draft = this.#drafts.get<string>(config.page) ?? "";
  }

  open(): () => void {
    void this.load();
    return () => {
      clearTimeout(this.#later);
      this.#stream?.abort();
    };
  }

  get running(): ChatEntry | null {
    return this.state.entries.findLast(isRunning) ?? null;
  }

  setDraft(draft: string): void {
    this.#drafts.set(this.config.page, draft || null);
    this.set({ draft, known: null, taken: "" });
  }

  /** The answer that is there already is enough. */
  takeOut(): void {
    const { draft } = this.state;
    this.setDraft("");
    this.set({ taken: draft });
  }

  /** `quiet`: what is shown stays until there is something better. */
  async load(quiet = false): Promise<void> {
    if (!quiet) this.set({ status: "loading" });
    clearTimeout(this.#later);
    try {
      if (!this.session.state.loaded || !this.session.visitor) await this.session.load();
      if (this.session.visitor) {
        const history = await this.session.api.history(this.config.page);
        this.set({ entries: this.#joined(history.conversations) });
        this.#spent(history);
      }
      this.set({ status: "ready" });
      if (!this.#ready) this.signal({ event: EVENTS.ready, detail: { page: this.config.page } });
      this.#ready = true;
      this.#failures = 0;
      this.#resume();
    } catch (error) {
      const problem = problemOf(error);
      this.set({ status: "failed", problem });
      if (problem.passing) this.#later = setTimeout(() => void this.load(true), pause(++this.#failures));
      if (quiet) return;
      this.fail(problem.code);
    }
  }

  /** The history, and after it what was asked while it was on its way. */
  #joined(known: ChatEntry[]): ChatEntry[] {
    if (!this.running) return known;
    const keys = new Set(known.map((entry) => entry.key));
    return [...known, ...this.state.entries.filter((entry) => !keys.has(entry.key))];
  }

  /** Takes up a question that was running when the page was left. */
  #resume(): void {
    const asking = this.#storage.get<Asking>(this.config.page);
    const { running } = this;
    if (this.#following) return;
    const key = running?.key ?? asking?.key;
    const question = running ? this.#questionOf(running) : asking?.text;
    const last = this.state.entries.at(-1);
    if (last?.key && !running) this.#followLater({ key: last.key, text: this.#questionOf(last) }, last.id);
    if (!key || !question) {
      this.#storage.set(this.config.page, null);
      return;
    }
    const known = this.state.entries.some((entry) => entry.key === key);
    if (running) void this.#follow({ key, text: question }, running.id);
    else if (known) this.#storage.set(this.config.page, null);
    else void this.#begin({ key, text: question });
  }

  #questionOf(answer: ChatEntry): string {
    const at = this.state.entries.indexOf(answer);
    return this.state.entries[at - 1]?.content ?? "";
  }

  /** Asks. What the site has answered already is offered first; asked once more, it is asked all the same. */
  async ask(text: string): Promise<void> {
    if (this.running || this.state.looking) return;
    if (!this.state.known) {
      this.set({ looking: true });
      const known = await this.session.known(text);
      this.set({ looking: false, known });
      if (known) return this.signal({ say: "known" });
    }
    this.setDraft("");
    void this.#begin({ key: newKey(), text });
  }

  /** Asks a failed or stopped question again, as a new one. */
  again(id: string): void {
    const entry = this.state.entries.find((known) => known.id === id);
    if (!entry || this.running) return;
    const text = this.#questionOf(entry);
    const unsent = entry.id.startsWith("local-") && entry.key;
    if (unsent) this.#drop(entry.key ?? "");
    void this.#begin({ key: unsent || newKey(), text });
  }

  #begin(asking: Asking): Promise<void> {
    const { key, text } = asking;
    this.#storage.set(this.config.page, asking);
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
      provider: this.session.state.info?.provider ?? "",
    };
    this.set({ entries: [...this.state.entries, question, answer], problem: null });
    return this.#follow(asking, answer.id);
  }

  /** Streams the answer into its entry; a cut stream is taken up again with the same key, which costs nothing. */
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
        await this.session.ensure();
        for await (const [event, data] of this.#events(asking, control.signal)) {
          id = this.#take(id, event, data);
        }
        if (!this.running) {
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
    this.#storage.set(this.config.page, null);
  }

  /** An answer that the server tries again by itself is looked for when its time has come. */
  #followLater(asking: Asking, id: string): void {
    const entry = this.state.entries.find((known) => known.id === id);
    if (entry?.state !== "failed" || !entry.retry_at) return;
    const wait = Math.max(0, Date.parse(entry.retry_at) - Date.now()) + LATE_MS;
    this.#later = setTimeout(() => void this.#follow(asking, id), wait);
  }

  #events({ key, text }: Asking, signal: AbortSignal): AsyncGenerator<[string, unknown]> {
    const { page, url, title } = this.config;
    return this.session.api.chat({ page, url, title, user_input: text, key }, signal);
  }

  /** Applies one event; returns the entry's id, which the server names in its first. */
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
    this.signal({ say: good ? "ready" : "failed" });
    this.signal({ event: EVENTS.answer, detail: { answer: settled } });
  }

  async stop(id: string): Promise<void> {
    try {
      const settled = await this.session.api.stopChat(id);
      const entry = this.state.entries.find((known) => known.id === id);
      this.#stream?.abort();
      this.#storage.set(this.config.page, null);
      if (entry && isRunning(entry)) this.#settle(id, settled);
    } catch (error) {
      this.set({ problem: problemOf(error) });
    }
  }

  /** The server said no before there was an answer: the question goes back to the input. */
  #refused(asking: Asking, entry: string, problem: Problem): void {
    if (problem.passing || problem.status >= 500) {
      this.#failed(asking, entry, problem.code);
      return;
    }
    this.#storage.set(this.config.page, null);
    this.#drop(asking.key);
    this.setDraft(this.state.draft || asking.text);
    this.set({ problem });
    if (problem.code === "quota_exhausted") void this.session.load().catch(() => undefined);
    this.fail(problem.code);
  }

  #failed({ key }: Asking, entry: string, code: string): void {
    this.#storage.set(this.config.page, null);
    this.#change(entry, (old) => ({ ...old, state: "failed", error: code, key }));
    this.signal({ say: "failed" });
    this.fail(code);
  }

  async feedback(id: string, opinion: Opinion): Promise<void> {
    await this.session.write(() => this.session.api.feedback(id, opinion)).catch(() => undefined);
  }

  #spent({ count, limit, left, resets_at }: Spent): void {
    const quota: Quota = { used: count, limit, left, resets_at };
    if (resets_at) this.session.setQuota(quota);
  }

  #drop(key: string): void {
    const gone = [`local-${key}`, `local-q-${key}`];
    this.set({ entries: this.state.entries.filter(({ id }) => !gone.includes(id)) });
  }

  #change(id: string, to: (entry: ChatEntry) => ChatEntry): void {
    this.set({ entries: this.state.entries.map((entry) => (entry.id === id ? to(entry) : entry)) });
  }
}
