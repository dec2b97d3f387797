/** A page's thread: what is loaded, and its live events. */

import { ActingStore } from "./acting.js";
import { FIRST_SORT, problemOf, targetOf } from "./api.js";
import type { Config } from "./config.js";
import { EVENTS } from "./constants.js";
import { isOwn } from "./core/allowance.js";
import { EMPTY, type Note, type ThreadState } from "./core/state.js";
import * as tree from "./core/tree.js";
import type { Comment, Sort, Thread } from "./core/types.js";
import { Live, type LiveEvent } from "./live.js";
import { answering, toAnswer, toWrite, type Writing } from "./parts.js";
import { pause } from "./retrying.js";
import type { Session } from "./session.js";
import { BrowserStorage } from "./storage.js";
import type { ThreadActions } from "./writing/thread_actions.js";

const RELOAD_GAP_MS = 1_500;
/** How long to wait for the server before showing an error. */
const PATIENCE_MS = 3_000;
const ignored = () => undefined;

export class ThreadStore extends ActingStore<ThreadState, ThreadActions> {
  readonly drafts: BrowserStorage;
  /**
   * Notices by comment ID. After changing this or the following collections, call `touch` to rerender the
   * comment.
   */
  readonly notes = new Map<string, Note>();
  /** This visitor's answer ratings. */
  readonly rated = new Map<string, boolean>();
  /** Answers that this visitor asked for and may stop. */
  readonly asked = new Set<string>();
  /** The comment in the URL's fragment. */
  target = "";
  /** The comment around which the thread is loaded; empty for the start. */
  #around = targetOf(location);
  #live: Live;
  #loads = 0;
  #reloading = 0;
  #failures = 0;
  #patient = true;

  constructor(
    readonly config: Config,
    readonly session: Session,
  ) {
    super({ ...EMPTY, sort: FIRST_SORT });
    this.drafts = new BrowserStorage(`answerback:${config.site}:`);
    this.#live = new Live(config, (event, data) => this.#told(event, data));
  }

  /** The server's URL, the only source of avatar pictures. */
  get base(): string {
    return this.config.base;
  }

  /** Starts loading and listening, until the returned function is called. */
  open(): () => void {
    const ending = new AbortController();
    addEventListener("online", () => void this.load(true), ending);
    void this.load();
    setTimeout(() => {
      this.#patient = false;
      if (this.state.status === "loading") this.set({ status: "failed", problem: "offline" });
    }, PATIENCE_MS);
    return () => {
      ending.abort();
      clearTimeout(this.#reloading);
      this.#live.stop();
      this.#loads++;
    };
  }

  /** `quiet`: keeps what is shown until there is a replacement. */
  async load(quiet = false): Promise<void> {
    clearTimeout(this.#reloading);
    const turn = ++this.#loads;
    this.#live.listen();
    if (this.state.status !== "ready" && !quiet) this.set({ status: "loading" });
    const { expected } = this.session;
    // Without a session there is nothing to wait for.
    const session = expected ? this.session.load().catch(ignored) : null;
    try {
      const { sort, comments: before } = this.state;
      const reading = this.session.api.thread(this.config.page, sort, null, this.#around);
      this.session.reading = reading.then((read) => this.session.learn(read), ignored);
      const thread = await reading;
      await this.#readOn(thread, before);
      if (tree.someAnswer(thread.comments)) await toAnswer().catch(ignored);
      await session;
      if (turn !== this.#loads) return;
      const { next, previous, total, locked } = thread;
      const first = this.state.status !== "ready";
      this.goOnFrom(thread);
      const comments = this.withOwn(thread.comments);
      this.set({ status: "ready", problem: null, next, previous, total, locked, comments });
      this.#live.start(thread.last_event);
      this.#failures = 0;
      this.#restore();
      if (first) this.signal({ event: EVENTS.ready, detail: { page: thread.page, total } });
      if (this.session.visitor) this.#equip();
    } catch (error) {
      if (turn !== this.#loads) return;
      const { code, passing } = problemOf(error);
      if (this.state.status !== "ready" && !(passing && this.#patient))
        this.set({ status: "failed", problem: code });
      if (passing || this.state.status === "ready") this.#reloadSoon(pause(++this.#failures));
      if (!quiet) this.fail(code);
    }
  }

  /** After a reload, loads as many pages as before. */
  async #readOn(thread: Thread, before: Comment[]): Promise<void> {
    if (!before.length || !(thread.next || thread.comments.some((root) => root.replies_next))) return;
    const { readAsFar } = await toWrite();
    await readAsFar(this.session.api, this.config.page, this.state.sort, before, thread);
  }

  /** Makes reloads start from the first loaded comment. */
  goOnFrom({ previous, comments }: { previous: string | null; comments: Comment[] }): void {
    this.#around = previous ? (comments[0]?.id ?? "") : "";
  }

  /** Loads the session before the visitor's first action. */
  async meet(): Promise<void> {
    if (!(await this.session.meet())) return;
    this.set({ comments: this.withOwn(this.state.comments) });
    this.#equip();
  }

  #equip(): void {
    toWrite().then(() => this.#touchOwn(this.state.comments), ignored);
  }

  /** Adds comments that only this visitor sees: pending and unsent ones. */
  withOwn(roots: Comment[]): Comment[] {
    const { sort } = this.state;
    let comments = roots;
    for (const pending of this.session.state.info?.mine.pending ?? []) {
      comments = tree.upsert(comments, pending, sort);
    }
    return this.actions?.withUnsent(comments) ?? comments;
  }

  /** Resends comments that did not reach the server, now or before a page reload. */
  #restore(): void {
    if (this.drafts.get(`outbox:${this.config.page}`)) void this.do("resend");
  }

  protected override equip(part: Writing): ThreadActions {
    return new part.ThreadActions(this, this.session.actionsFrom(part));
  }

  versions = (id: string) => this.do("versions", id);

  setSort(sort: Sort): void {
    this.set({ sort });
    void this.#readAnew("");
  }

  /** Loads the part of the thread around a comment. */
  seek(id: string): void {
    void this.#readAnew(id);
  }

  #readAnew(around: string): Promise<void> {
    this.#around = around;
    this.set({ comments: [], status: "loading", next: null, previous: null, fresh: [] });
    return this.load();
  }

  /** Loads what comes at a cursor: earlier or later roots, or a root's next replies. */
  async loadMore(cursor: string): Promise<void> {
    if (this.state.more === "loading") return;
    this.set({ more: "loading" });
    const loaded = await this.do("more", cursor, () => this.#loads).catch(ignored);
    this.set({ more: loaded ? "idle" : "failed" });
  }

  // Live events

  #told(event: LiveEvent, data: unknown): void {
    const { comment, id, offset, text } = (data ?? {}) as {
      comment: Comment;
      id: string;
      offset: number;
      text: string;
    };
    if (event === "reload") this.#reloadSoon(0);
    else if (event === "answer.delta") this.#delta(id, offset, text);
    else if (event === "comment.removed") this.gone(id);
    else if (event === "answer.settled") this.settle(comment);
    else if (comment) this.upsert(comment, event !== "comment.changed");
  }

  upsert(comment: Comment, added: boolean): void {
    if (added && this.actions?.isSent(comment)) return;
    const { comments, sort, next } = this.state;
    if (comment.answer) toAnswer().catch(ignored);
    const own = isOwn(comment, this.session.visitor);
    const known = tree.find(comments, comment.id);
    if (!known && comment.state !== "published" && !this.asked.has(comment.id)) return;
    // A pinned or unpinned comment moves together with its replies.
    if (known && known.pinned !== comment.pinned) this.#reloadSoon(0);
    const { previous } = this.state;
    const beyond = (sort === "newest" ? previous : next) !== null && !own;
    this.set({ comments: tree.upsert(comments, comment, sort, beyond) });
    if (known) return;
    // A changed comment that is not here may be on a page that is not loaded yet.
    if (!comment.answer && (added || !(next || previous))) this.count();
    if (own || comment.answer || !tree.find(this.state.comments, comment.id)) return;
    this.set({ fresh: [...this.state.fresh, comment.id] });
    this.signal({ say: "comment", name: comment.author.name });
  }

  #delta(id: string, offset: number, text: string): void {
    const comments = answering()?.applyDelta(this.state.comments, id, offset, text);
    if (comments) this.set({ comments });
    else this.#reloadSoon(RELOAD_GAP_MS);
  }

  settle(answer: Comment): void {
    const before = tree.find(this.state.comments, answer.id);
    this.upsert(answer, false);
    if (!before || !tree.isRunning(before.answer)) return;
    const state = answer.answer?.state;
    const good = state === "done" || state === "stopped";
    this.signal({ say: state === "stopped" ? state : good ? "ready" : "unanswered" });
    this.signal({ event: EVENTS.answer, detail: { answer } });
    // A failed answer is refunded.
    if (!good && this.isMine(answer)) void this.session.load().catch(() => undefined);
  }

  /** Whether this visitor asked for the answer. */
  isMine(answer: Comment): boolean {
    if (this.asked.has(answer.id)) return true;
    const question = tree.find(this.state.comments, answer.parent_id ?? "");
    return question !== null && isOwn(question, this.session.visitor);
  }

  seen(id: string): void {
    if (!this.state.fresh.includes(id)) return;
    this.set({ fresh: this.state.fresh.filter((fresh) => fresh !== id) });
    this.touch(id);
  }

  gone(id: string): void {
    const { state, answer } = tree.find(this.state.comments, id) ?? {};
    if (state === "published" && !answer) this.count(-1);
    this.set({ comments: tree.remove(this.state.comments, id) });
    this.seen(id);
  }

  count(more = 1): void {
    this.set({ total: Math.max(0, this.state.total + more) });
  }

  change(id: string, to: (comment: Comment) => Comment): void {
    const comments = tree.change(this.state.comments, id, to);
    if (comments !== this.state.comments) this.set({ comments });
  }

  #reloadSoon(wait: number): void {
    clearTimeout(this.#reloading);
    this.#reloading = setTimeout(() => void this.load(true), wait);
  }

  note(id: string, note: Note | null): void {
    if (note) this.notes.set(id, note);
    else this.notes.delete(id);
    this.touch(id);
  }

  /** Actions on the visitor's own comments come with the writing code. */
  #touchOwn(comments: readonly Comment[]): void {
    for (const comment of comments) {
      if (isOwn(comment, this.session.visitor)) this.touch(comment.id);
      this.#touchOwn(comment.replies);
    }
  }

  /** Rerenders a comment and its ancestors. */
  touch(id: string): void {
    this.change(id, (comment) => ({ ...comment }));
  }

  /** Marks the comment in the URL's fragment. */
  point(id: string): void {
    const before = this.target;
    this.target = id;
    this.touch(before);
    this.touch(id);
  }
}
