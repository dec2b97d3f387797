/** A visitor's actions on a thread: write, edit, vote, ask and report. */

import { problemOf } from "../api.js";
import { EVENTS } from "../constants.js";
import * as tree from "../core/tree.js";
import type { Comment, Complaint, Composition, KnownAnswer, Opinion, Revision, Vote } from "../core/types.js";
import { become } from "../rows.js";
import type { ThreadStore } from "../thread.js";
import { FormProof } from "./form.js";
import { Outbox } from "./outbox.js";
import { appendPage, firstBeyond } from "./paging.js";
import type { SessionActions } from "./session_actions.js";
import { confirm, localId, unsentRow, unsentTwin, unsentWith } from "./unsent.js";

export class ThreadActions {
  #outbox: Outbox;
  #proof = new FormProof(() => this.visiting.api.form());

  constructor(
    private readonly store: ThreadStore,
    private readonly visiting: SessionActions,
  ) {
    this.#outbox = new Outbox(store.drafts, store.config.page);
  }

  /** Called when somebody starts to write. */
  begin(): void {
    if (this.store.session.state.info?.settings.form !== false) this.#proof.begin();
  }

  post(composition: Composition): void {
    this.#outbox.add(composition);
    const { sort, comments } = this.store.state;
    const row = this.#row(composition, "sending");
    this.store.set({ comments: tree.upsert(comments, row, sort) });
    this.store.signal({ show: row.id });
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
    this.store.set({ comments: tree.change(this.store.state.comments, localId(key), () => null) });
  }

  async #send(composition: Composition): Promise<void> {
    const { key } = composition;
    const { comments } = this.store.state;
    try {
      const visitor = await this.visiting.ensure();
      this.store.change(localId(key), (row) => ({ ...row, author: { ...row.author, id: visitor.id } }));
      const { page, url, title } = this.store.config;
      const proof = await this.#proof.take();
      const posted = await this.visiting.write(() =>
        this.visiting.api.post({ page, url, title }, { ...composition, ...proof }),
      );
      this.#outbox.drop(key);
      const { comment, answer, refused, quota } = posted;
      if (!tree.find(this.store.state.comments, comment.id)) this.store.count();
      this.#confirm(key, comment);
      if (answer) this.#takeAsked(answer, comments);
      if (refused) this.store.note(comment.id, { kind: "refused", refused });
      this.visiting.setQuota(quota);
      this.store.signal({ say: "posted" });
      this.store.signal({ event: EVENTS.comment, detail: { comment } });
    } catch (error) {
      const { code } = problemOf(error);
      this.#mark(key, "failed", code);
      this.#refused(code);
    }
  }

  /** Replaces an unsent comment with the one that the server has stored, in the same row. */
  #confirm(key: string, comment: Comment): void {
    const { comments, sort } = this.store.state;
    const row = localId(key);
    become(row, comment.id);
    if (this.store.target === row) this.store.target = comment.id;
    this.store.set({ comments: confirm(comments, key, sort, comment) });
  }

  /** Whether a live comment is one that this browser is sending; if so, confirms that one. */
  isSent(comment: Comment): boolean {
    const { unsent } = unsentTwin(this.store.state.comments, comment) ?? {};
    if (!unsent) return false;
    this.#confirm(unsent.key, comment);
    this.store.count();
    return true;
  }

  /** Adds the answer that was asked for, unless live events have updated it since the tree was `before`. */
  #takeAsked(answer: Comment, before: Comment[]): void {
    this.store.asked.add(answer.id);
    const known = tree.find(before, answer.id);
    if (known === tree.find(this.store.state.comments, answer.id)) this.store.upsert(answer, false);
    else this.store.touch(answer.id);
  }

  /** Adds this browser's unsent comments to the tree. */
  withUnsent(roots: Comment[]): Comment[] {
    const { comments, sort } = this.store.state;
    let all = roots;
    for (const composition of this.#outbox.all()) {
      const row = unsentWith(comments, composition.key) ?? this.#row(composition, "failed");
      all = tree.upsert(all, row, sort);
    }
    return all;
  }

  /** Resends what did not reach the server, which accepts each key only once. */
  resend(): void {
    this.store.set({ comments: this.withUnsent(this.store.state.comments) });
    for (const { key } of this.#outbox.all()) {
      const row = unsentWith(this.store.state.comments, key);
      if (row?.unsent?.state === "failed" && (row.unsent.code ?? "offline") === "offline") this.retry(key);
    }
  }

  /** Loads what comes at a cursor; `turn` tells whether the thread was reloaded meanwhile. */
  async more(cursor: string, turn: () => number): Promise<true> {
    const { store } = this;
    const { next, previous, sort } = store.state;
    const begun = turn();
    const page = await store.session.api.thread(store.config.page, sort, cursor);
    if (begun !== turn()) return true;
    const back = cursor === previous;
    const now = store.state.comments;
    const joined = back ? appendPage(page.comments, now) : appendPage(now, page.comments);
    store.set({ comments: store.withOwn(joined) });
    if (cursor === next) store.set({ next: page.next });
    if (back) {
      store.set({ previous: page.previous });
      store.goOnFrom({ ...page, comments: joined });
    }
    const added = firstBeyond(page.comments, now);
    if (added) store.signal({ show: added });
    return true;
  }

  #mark(key: string, state: "sending" | "failed", code: string | null): void {
    this.store.change(localId(key), (row) => ({ ...row, unsent: { key, state, code } }));
  }

  #row(composition: Composition, state: "sending" | "failed"): Comment {
    return unsentRow(composition, this.store.session.visitor, this.store.config.page, state, Date.now());
  }

  /** True if the server has accepted the new text. */
  edit(id: string, body: string): Promise<boolean> {
    return this.#try(id, async () => {
      const { comment } = await this.visiting.api.edit(id, body);
      this.store.change(id, (old) => ({ ...comment, replies: old.replies }));
    });
  }

  remove(id: string): Promise<boolean> {
    return this.#try(id, async () => {
      await this.visiting.api.remove(id);
      this.store.gone(id);
      this.store.signal({ say: "deleted" });
    });
  }

  async vote(id: string, value: Vote): Promise<void> {
    const before = this.store.session.state.info?.mine.votes[id] ?? 0;
    const count = (vote: Vote, sign: number) =>
      this.store.change(id, (old) => ({
        ...old,
        votes: {
          up: old.votes.up + (vote === 1 ? sign : 0),
          down: old.votes.down + (vote === -1 ? sign : 0),
        },
      }));
    const apply = (from: Vote, to: Vote) => {
      count(from, -1);
      count(to, 1);
      this.visiting.setVote(id, to);
    };
    apply(before, value);
    const done = await this.#try(id, async () => {
      const { votes } = await this.visiting.api.vote(id, value);
      this.store.change(id, (old) => ({ ...old, votes }));
      this.visiting.setVote(id, value);
    });
    if (!done) apply(value, before);
  }

  /** The server's HTML for a text; null if it cannot be loaded. */
  async preview(body: string): Promise<string | null> {
    const preview = this.visiting.write(() => this.visiting.api.preview(body));
    return preview.then(({ html }) => html).catch(() => null);
  }

  async report(id: string, complaint: Complaint): Promise<void> {
    await this.#try(id, async () => {
      const { url } = await this.visiting.api.report(id, complaint);
      this.store.note(id, { kind: "reported", url });
    });
  }

  async feedback(id: string, opinion: Opinion): Promise<void> {
    this.store.rated.set(id, opinion.helpful);
    this.store.touch(id);
    await this.#try(id, () => this.visiting.api.feedback(id, opinion));
  }

  /** Loads the full text of a truncated comment. */
  async whole(id: string): Promise<void> {
    try {
      const { comment } = await this.visiting.api.comment(id);
      this.store.upsert(comment, false);
    } catch (error) {
      const { code } = problemOf(error);
      this.store.note(id, { kind: "problem", code });
    }
  }

  /** The site's existing answer to this question. */
  async known(question: string): Promise<KnownAnswer | null> {
    const known = await this.visiting.known(question);
    if (known) this.store.signal({ say: "known" });
    return known;
  }

  /** An answer's revision history, oldest first; null if it cannot be loaded. */
  versions(id: string): Promise<Revision[] | null> {
    return this.visiting.api.versions(id).then(
      ({ history }) => history,
      () => null,
    );
  }

  /** Asks, or asks again, under a comment or its AI reply. */
  async ask(id: string): Promise<void> {
    const { comments } = this.store.state;
    await this.#try(id, async () => {
      const { answer, quota } = await this.visiting.api.ask(id);
      this.#takeAsked(answer, comments);
      this.visiting.setQuota(quota);
    });
  }

  async stop(id: string): Promise<void> {
    await this.#try(id, async () => {
      const { answer } = await this.visiting.api.stop(id);
      this.store.settle(answer);
    });
  }

  async #try(id: string, work: () => Promise<unknown>): Promise<boolean> {
    if (this.store.notes.has(id)) this.store.note(id, null);
    try {
      await this.visiting.write(work);
      return true;
    } catch (error) {
      const { code } = problemOf(error);
      this.store.note(id, { kind: "problem", code });
      this.#refused(code);
      return false;
    }
  }

  #refused(code: string): void {
    if (code === "thread_locked") this.store.set({ locked: true });
    this.store.fail(code);
  }
}
