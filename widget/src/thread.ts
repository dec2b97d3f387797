/** The thread of a page: what is loaded, what comes live, and all that a visitor does to it. */

import { pause, problemOf } from "./api.js";
import type { Config } from "./config.js";
import { EVENTS } from "./constants.js";
import { isOwn } from "./core/allowance.js";
import { EMPTY, type Note, type ThreadState } from "./core/state.js";
import * as tree from "./core/tree.js";
import type { Comment, Composition, KnownAnswer, Opinion, Revision, Sort, Vote } from "./core/types.js";
import { unsentRow } from "./core/unsent.js";
import { Live, type LiveEvent } from "./live.js";
import { loadThread } from "./loading.js";
import type { Session } from "./session.js";
import { BrowserStorage, Outbox } from "./storage.js";
import { Store } from "./store.js";

const RELOAD_GAP_MS = 1_500;

export class ThreadStore extends Store<ThreadState> {
  readonly drafts: BrowserStorage;
  #outbox: Outbox;
  #live: Live;
  #loads = 0;
  #reloading = 0;
  #failures = 0;

  constructor(
    private readonly config: Config,
    readonly session: Session,
  ) {
    super({ ...EMPTY, sort: "oldest" });
    this.drafts = new BrowserStorage(`answerback:${config.site}:`);
    this.#outbox = new Outbox(this.drafts, config.page);
    this.#live = new Live(config, (event, data) => this.#told(event, data));
  }

  /** The server's address, from where alone pictures come. */
  get base(): string {
    return this.config.base;
  }

  /** Begins to load and to listen, until the returned function is called. */
  open(): () => void {
    const ending = new AbortController();
    addEventListener("online", () => void this.load(true), ending);
    void this.load();
    return () => {
      ending.abort();
      clearTimeout(this.#reloading);
      this.#live.stop();
      this.#loads++;
    };
  }

  /** `quiet`: what is shown stays until there is something better. */
  async load(quiet = false): Promise<void> {
    clearTimeout(this.#reloading);
    const turn = ++this.#loads;
    this.#live.listen();
    if (this.state.status !== "ready" && !quiet) this.set({ status: "loading" });
    const session = this.session.load().catch(() => undefined);
    try {
      const { sort, comments: before } = this.state;
      const thread = await loadThread(this.session.api, this.config.page, sort, before);
      await session;
      if (turn !== this.#loads) return;
      const { comments, next, total, locked } = thread;
      const first = this.state.status !== "ready";
      this.set({ status: "ready", problem: null, next, total, locked, comments: this.#withOwn(comments) });
      this.#live.start(thread.last_event);
      this.#failures = 0;
      this.#resend();
      if (first) this.signal({ event: EVENTS.ready, detail: { page: thread.page, total } });
    } catch (error) {
      if (turn !== this.#loads) return;
      const { code, passing } = problemOf(error);
      if (this.state.status !== "ready") this.set({ status: "failed", problem: code });
      if (passing || this.state.status === "ready") this.#reloadSoon(pause(++this.#failures));
      if (!quiet) this.fail(code);
    }
  }

  /** Comments that only this visitor sees: those waiting for approval, and those that were not sent. */
  #withOwn(roots: Comment[]): Comment[] {
    const { sort } = this.state;
    let comments = roots;
    for (const pending of this.session.state.info?.mine.pending ?? []) {
      comments = tree.upsert(comments, pending, sort);
    }
    for (const composition of this.#outbox.all()) {
      const known = tree.unsentWith(this.state.comments, composition.key);
      const row = known ?? this.#row(composition, "failed");
      comments = tree.upsert(comments, row, sort);
    }
    return comments;
  }

  setSort(sort: Sort): void {
    this.set({ sort, comments: [], status: "loading", next: null, fresh: [] });
    void this.load();
  }

  /** Loads what comes at a cursor: the next roots, or the next replies of one. */
  async loadMore(cursor: string): Promise<void> {
    const { next, sort, more } = this.state;
    if (more === "loading") return;
    this.set({ more: "loading" });
    const turn = this.#loads;
    try {
      const page = await this.session.api.thread(this.config.page, sort, cursor);
      if (turn !== this.#loads) return this.set({ more: "idle" });
      const comments = this.#withOwn(tree.appendPage(this.state.comments, page.comments));
      this.set({ more: "idle", next: cursor === next ? page.next : next, comments });
    } catch {
      this.set({ more: "failed" });
    }
  }

  /** Loads all of a comment that came cut. */
  async whole(id: string): Promise<void> {
    try {
      const { comment } = await this.session.api.comment(id);
      this.#upsert(comment, false);
    } catch (error) {
      const { code } = problemOf(error);
      this.#note(id, { kind: "problem", code });
    }
  }

  // Writing

  post(composition: Composition): void {
    this.#outbox.add(composition);
    const { sort, comments } = this.state;
    this.set({ comments: tree.upsert(comments, this.#row(composition, "sending"), sort) });
    void this.#send(composition);
  }

  retry(key: string): void {
    const composition = this.#outbox.find(key);
    if (!composition) return;
    this.#mark(key, "sending", null);
    void this.#send(composition);
  }

  discard(key: string): void {
    this.#outbox.drop(key);
    this.set({ comments: tree.change(this.state.comments, tree.localId(key), () => null) });
  }

  async #send(composition: Composition): Promise<void> {
    const { key } = composition;
    const { comments } = this.state;
    try {
      const visitor = await this.session.ensure();
      this.#change(tree.localId(key), (row) => ({ ...row, author: { ...row.author, id: visitor.id } }));
      const posted = await this.session.write(() => this.session.api.post(this.#place(), composition));
      this.#outbox.drop(key);
      const { comment, answer, refused, quota } = posted;
      if (!tree.find(this.state.comments, comment.id)) this.#count();
      this.set({ comments: tree.confirm(this.state.comments, key, this.state.sort, comment) });
      if (answer) this.#asked(answer, comments);
      if (refused) this.#note(comment.id, { kind: "refused", refused });
      this.session.setQuota(quota);
      this.signal({ event: EVENTS.comment, detail: { comment } });
    } catch (error) {
      const { code } = problemOf(error);
      this.#mark(key, "failed", code);
      this.#refused(code);
    }
  }

  /** Where this is, as far as it is known by now. */
  #place(): { page: string; url: string; title: string } {
    const { page, url, title } = this.config;
    return { page, url, title };
  }

  /** Sends again what did not reach the server, now or before a reload; it takes each key once. */
  #resend(): void {
    for (const { key } of this.#outbox.all()) {
      const row = tree.unsentWith(this.state.comments, key);
      if (row?.unsent?.state === "failed" && (row.unsent.code ?? "offline") === "offline") this.retry(key);
    }
  }

  #mark(key: string, state: "sending" | "failed", code: string | null): void {
    this.#change(tree.localId(key), (row) => ({ ...row, unsent: { key, state, code } }));
  }

  #row(composition: Composition, state: "sending" | "failed"): Comment {
    return unsentRow(composition, this.session.visitor, this.config.page, state, Date.now());
  }

  /** True when the server took the new text. */
  edit(id: string, body: string): Promise<boolean> {
    return this.#try(id, async () => {
      const { comment } = await this.session.api.edit(id, body);
      this.#change(id, (old) => ({ ...comment, replies: old.replies }));
    });
  }

  remove(id: string): Promise<boolean> {
    return this.#try(id, async () => {
      await this.session.api.remove(id);
      this.#gone(id);
    });
  }

  async vote(id: string, value: Vote): Promise<void> {
    const before = this.session.state.info?.mine.votes[id] ?? 0;
    const count = (vote: Vote, sign: number) =>
      this.#change(id, (old) => ({
        ...old,
        votes: {
          up: old.votes.up + (vote === 1 ? sign : 0),
          down: old.votes.down + (vote === -1 ? sign : 0),
        },
      }));
    const apply = (from: Vote, to: Vote) => {
      count(from, -1);
      count(to, 1);
      this.session.setVote(id, to);
    };
    apply(before, value);
    const done = await this.#try(id, async () => {
      const { votes } = await this.session.api.vote(id, value);
      this.#change(id, (old) => ({ ...old, votes }));
      this.session.setVote(id, value);
    });
    if (!done) apply(value, before);
  }

  /** The server's markup of a text; null when it cannot be had. */
  async preview(body: string): Promise<string | null> {
    const preview = this.session.write(() => this.session.api.preview(body));
    return preview.then(({ html }) => html).catch(() => null);
  }

  async report(id: string, reason: string): Promise<void> {
    const done = await this.#try(id, () => this.session.api.report(id, reason));
    if (done) this.#note(id, { kind: "reported" });
  }

  async feedback(id: string, opinion: Opinion): Promise<void> {
    this.set({ feedback: { ...this.state.feedback, [id]: opinion.helpful } });
    await this.#try(id, () => this.session.api.feedback(id, opinion));
  }

  /** What the site has answered to this already. */
  async known(question: string): Promise<KnownAnswer | null> {
    const known = await this.session.known(question);
    if (known) this.signal({ say: "known" });
    return known;
  }

  /** How an answer came to be what it is, oldest first; null when that cannot be had. */
  versions = (id: string): Promise<Revision[] | null> =>
    this.session.api.versions(id).then(
      ({ history }) => history,
      () => null,
    );

  /** Asks, or asks again, under a comment or its AI reply. */
  async ask(id: string): Promise<void> {
    const { comments } = this.state;
    await this.#try(id, async () => {
      const { answer, quota } = await this.session.api.ask(id);
      this.#asked(answer, comments);
      this.session.setQuota(quota);
    });
  }

  async stop(id: string): Promise<void> {
    await this.#try(id, async () => {
      const { answer } = await this.session.api.stop(id);
      this.#settle(answer);
    });
  }

  async #try(id: string, work: () => Promise<unknown>): Promise<boolean> {
    if (this.state.notes[id]) this.#note(id, null);
    try {
      await this.session.write(work);
      return true;
    } catch (error) {
      const { code } = problemOf(error);
      this.#note(id, { kind: "problem", code });
      this.#refused(code);
      return false;
    }
  }

  #refused(code: string): void {
    if (code === "thread_locked") this.set({ locked: true });
    this.fail(code);
  }

  #note(id: string, note: Note | null): void {
    const { [id]: _, ...rest } = this.state.notes;
    this.set({ notes: note ? { ...rest, [id]: note } : rest });
  }

  // What comes live

  #told(event: LiveEvent, data: unknown): void {
    const { comment, id, offset, text } = (data ?? {}) as {
      comment: Comment;
      id: string;
      offset: number;
      text: string;
    };
    if (event === "reload") this.#reloadSoon(0);
    else if (event === "answer.delta") this.#delta(id, offset, text);
    else if (event === "comment.removed") this.#gone(id);
    else if (event === "answer.settled") this.#settle(comment);
    else if (comment) this.#upsert(comment, event !== "comment.changed");
  }

  #upsert(comment: Comment, added: boolean): void {
    const { comments, sort, next } = this.state;
    const twin = added ? tree.unsentTwin(comments, comment) : null;
    if (twin?.unsent) {
      this.set({ comments: tree.confirm(comments, twin.unsent.key, sort, comment) });
      this.#count();
      return;
    }
    const own = isOwn(comment, this.session.visitor);
    const known = tree.find(comments, comment.id);
    if (!known && comment.state !== "published" && !this.state.asked[comment.id]) return;
    // What was pinned, or is not any more, stands elsewhere, with its thread.
    if (known && known.pinned !== comment.pinned) this.#reloadSoon(0);
    this.set({ comments: tree.upsert(comments, comment, sort, next !== null && !own) });
    if (known) return;
    // What has changed and is not here may be one of those that are still to be loaded.
    if (added || !next) this.#count();
    if (own || comment.answer || !tree.find(this.state.comments, comment.id)) return;
    this.set({ fresh: [...this.state.fresh, comment.id] });
    this.signal({ say: "comment", name: comment.author.name });
  }

  /** Takes in the answer that was asked for, unless live events have told more of it since the tree was `before`. */
  #asked(answer: Comment, before: Comment[]): void {
    this.set({ asked: { ...this.state.asked, [answer.id]: true } });
    const known = tree.find(before, answer.id);
    if (known === tree.find(this.state.comments, answer.id)) this.#upsert(answer, false);
  }

  #delta(id: string, offset: number, text: string): void {
    const comments = tree.applyDelta(this.state.comments, id, offset, text);
    if (comments) this.set({ comments });
    else this.#reloadSoon(RELOAD_GAP_MS);
  }

  #settle(answer: Comment): void {
    const before = tree.find(this.state.comments, answer.id);
    this.#upsert(answer, false);
    if (!before || !tree.isRunning(before.answer)) return;
    const good = answer.answer?.state === "done" || answer.answer?.state === "stopped";
    this.signal({ say: good ? "ready" : "failed" });
    this.signal({ event: EVENTS.answer, detail: { answer } });
    // A failed answer gives its place in the day's limit back.
    if (!good && this.isMine(answer)) void this.session.load().catch(() => undefined);
  }

  /** Whether this visitor asked for the answer. */
  isMine(answer: Comment): boolean {
    if (this.state.asked[answer.id]) return true;
    const question = tree.find(this.state.comments, answer.parent_id ?? "");
    return question !== null && isOwn(question, this.session.visitor);
  }

  seen(id: string): void {
    if (this.state.fresh.includes(id)) this.set({ fresh: this.state.fresh.filter((fresh) => fresh !== id) });
  }

  #gone(id: string): void {
    if (tree.find(this.state.comments, id)?.state === "published") this.#count(-1);
    this.set({ comments: tree.remove(this.state.comments, id) });
    this.seen(id);
  }

  #count(more = 1): void {
    this.set({ total: Math.max(0, this.state.total + more) });
  }

  #change(id: string, to: (comment: Comment) => Comment): void {
    const comments = tree.change(this.state.comments, id, to);
    if (comments !== this.state.comments) this.set({ comments });
  }

  #reloadSoon(wait: number): void {
    clearTimeout(this.#reloading);
    this.#reloading = setTimeout(() => void this.load(true), wait);
  }
}
