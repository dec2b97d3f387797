/** <answerback-comments>: the thread of a page. */

import type { Config } from "../config.js";
import { PERMALINK } from "../constants.js";
import type { ThreadState } from "../core/state.js";
import { counted } from "../core/texts.js";
import { relativeTime } from "../core/time.js";
import { find } from "../core/tree.js";
import type { Composition, Sort } from "../core/types.js";
import { type Child, h, scrolling } from "../dom.js";
import type { Locale } from "../locale.js";
import { type Lease, leaseThread } from "../registry.js";
import type { ThreadStore } from "../thread.js";
import { BaseElement } from "./base_element.js";
import { skeleton } from "./composer.js";
import type { Context } from "./context.js";
import { moreButton, note, problemIn, same, textButton } from "./view.js";

const TICK_MS = 30_000;

export class CommentsElement extends BaseElement<ThreadStore> {
  #context: Context | null = null;
  #target = "";
  #sought = "";
  #watching: IntersectionObserver | null = null;

  protected lend(config: Config): Lease<ThreadStore> {
    return leaseThread(config);
  }

  protected override begin(config: Config): () => void {
    const end = super.begin(config);
    const ticking = setInterval(() => this.#tick(), TICK_MS);
    const seek = () => this.#seek();
    const ending = new AbortController();
    addEventListener("hashchange", seek, ending);
    this.#watching = new IntersectionObserver((entries) => this.#seen(entries));
    seek();
    return () => {
      clearInterval(ticking);
      ending.abort();
      this.#watching?.disconnect();
      this.#context = null;
      this.#target = "";
      end();
    };
  }

  /** New comments do not move what one reads; most browsers see to that themselves, Safari does not. */
  override draw(): void {
    const within = this.getBoundingClientRect().top < 0 && !CSS.supports?.("overflow-anchor", "auto");
    const topOf = (row: Element) => row.getBoundingClientRect().top;
    const rows = within ? [...(this.shadowRoot?.querySelectorAll(".comment") ?? [])] : [];
    const read = rows.find((row) => topOf(row) > 0);
    const before = read ? topOf(read) : 0;
    super.draw();
    if (read?.isConnected) scrollBy(0, topOf(read) - before);
  }

  protected view(locale: Locale, config: Config): Child[] {
    const { state } = this.store;
    const ctx = this.#contextOf(locale, config, state);
    const { texts } = locale;
    if (state.status === "failed") return this.#failed(locale, state);
    const ready = state.status === "ready";
    return [
      this.#head(ctx, state),
      this.store.session.state.refused && note("alert", texts.signInFailed),
      this.store.session.state.offline && h("p", { class: "banner", role: "status" }, texts.offline),
      this.#top(ctx, config),
      ready
        ? this.#list(ctx, state)
        : h(
            "div",
            {
              key: "wait",
              class: "list wait",
              role: "group",
              "aria-label": texts.loading,
              "aria-busy": true,
            },
            [1, 2, 3].map(() => h("div", { class: "ghost" }, skeleton())),
          ),
      ready && moreButton(ctx, state.more, ctx.texts.loadMore, state.next),
      this.#pill(locale, state),
    ];
  }

  #contextOf({ lang, texts }: Locale, config: Config, state: ThreadState): Context {
    const { info } = this;
    const ai = !!info && info.provider !== "off" && info.settings.ai !== "off";
    const { locked, notes, feedback, asked, fresh } = state;
    const member = !!info?.visitor && info.visitor.kind !== "guest";
    const write = !info || info.settings.guests || member;
    const now = { lang, texts, info, locked, notes, feedback, asked, fresh, ai, write };
    const context: Context = { ...now, store: this.store, url: config.url, target: this.#target };
    if (!this.#context || !same(this.#context, context)) this.#context = context;
    return this.#context;
  }

  #failed({ texts }: Locale, { problem }: ThreadState): Child[] {
    const known = problemIn(texts, problem);
    const text = known ? `${texts.loadFailed} ${known}` : texts.loadFailed;
    const again = textButton(texts.tryAgain, () => this.reload());
    return [
      h("div", { key: "failed", class: "empty", part: "error", role: "alert" }, h("p", null, text), again),
    ];
  }

  #head(ctx: Context, { total, sort, status }: ThreadState): Child {
    const { texts } = ctx;
    const heading =
      status === "ready" && total > 0 ? counted(texts.comments, total, ctx.lang) : texts.heading;
    const option = (value: Sort) => h("option", { value, ".selected": value === sort }, texts[value]);
    const onchange = (event: Event) => this.store.setSort((event.target as HTMLSelectElement).value as Sort);
    const choice = h(
      "label",
      { class: "choice sort" },
      h(
        "select",
        { "aria-label": texts.sort, part: "sort", onchange },
        ["oldest", "newest", "best"].map((s) => option(s as Sort)),
      ),
    );
    return h(
      "header",
      { class: "top", part: "header" },
      h("h2", { class: "title", part: "heading" }, heading),
      this.#who(ctx),
      total > 1 && choice,
    );
  }

  /** Who is signed in, or the way to be. */
  #who({ info, lang, texts }: Context): Child {
    const { session } = this.store;
    if (!info) return null;
    const { visitor } = info;
    if (visitor && visitor.kind !== "guest") {
      const href = session.signing.account(lang);
      const link = {
        class: "text",
        part: "account",
        href,
        target: "_blank",
        rel: "noopener",
        title: texts.account,
      };
      return h(
        "span",
        { class: "who", part: "who" },
        h("a", link, visitor.name || texts.account),
        textButton(texts.signOut, () => void session.signOut()),
      );
    }
    return (
      session.signing.possible &&
      textButton(texts.signIn, () => session.signing.begin(lang), { part: "button sign-in" })
    );
  }

  #top(ctx: Context, config: Config): Child {
    const { texts } = ctx;
    if (ctx.locked) return h("p", { class: "banner", part: "locked" }, texts.locked);
    if (!ctx.write) return h("p", { class: "banner" }, texts.membersOnly);
    const data = {
      ctx,
      kind: "new",
      parentId: null,
      draft: `draft:${config.page}`,
      hint: texts.bodyHint,
      text: "",
    };
    const onsend = (event: Event) => this.store.post((event as CustomEvent<Composition>).detail);
    return h("answerback-composer", { key: "new", ".data": data, onsend });
  }

  #list(ctx: Context, { comments, more }: ThreadState): Child {
    if (comments.length === 0) {
      const { noComments, noCommentsHint } = ctx.texts;
      const hint = ctx.write && !ctx.locked && h("p", { class: "muted" }, noCommentsHint);
      return h("div", { key: "empty", class: "empty", part: "empty" }, h("p", null, noComments), hint);
    }
    const rows = comments.map((comment) =>
      h(
        "li",
        { key: comment.id },
        // Only a root that has more replies is drawn again when more are loaded.
        h("answerback-comment", {
          ".data": { ctx, comment, parent: null, depth: 0, more: comment.replies_next && more },
        }),
      ),
    );
    return h("ol", { key: "list", class: "list", part: "list" }, rows);
  }

  #pill({ lang, texts }: Locale, { fresh }: ThreadState): Child {
    const first = fresh[0];
    if (!first) return null;
    const pill = { class: "pill", part: "button new" };
    const button = textButton(counted(texts.newComments, fresh.length, lang), () => this.#show(first), pill);
    return h("div", { key: "pill", class: "pill-place" }, button);
  }

  protected override drawn(root: HTMLElement): void {
    for (const id of this.store.state.fresh) {
      const row = root.querySelector(`[data-id="${CSS.escape(id)}"]`);
      if (row) this.#watching?.observe(row);
    }
    if (this.#sought && this.store.state.status === "ready") this.#find();
  }

  #seen(entries: IntersectionObserverEntry[]): void {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      this.#watching?.unobserve(target);
      this.store.seen((target as HTMLElement).dataset.id ?? "");
    }
  }

  #seek(): void {
    const [before, id] = location.hash.split(`#${PERMALINK}`);
    if (before || !id) return;
    this.#sought = id;
    this.draw();
  }

  /** Shows the comment that the address names, loading more of the thread until it is there. */
  #find(): void {
    const { comments, next, more } = this.store.state;
    const cursor = next ?? comments.find((root) => root.replies_next)?.replies_next;
    const id = this.#sought;
    if (find(comments, id)) {
      this.#sought = "";
      this.#target = id;
      requestAnimationFrame(() => this.#show(id));
    } else if (more === "failed" || !cursor) {
      this.#sought = "";
    } else if (more === "idle") {
      void this.store.loadMore(cursor);
    }
  }

  #show(id: string): void {
    this.draw();
    const row = this.shadowRoot?.querySelector<HTMLElement>(`[data-id="${CSS.escape(id)}"]`);
    row?.scrollIntoView({ block: "center", behavior: scrolling() });
    row?.focus({ preventScroll: true });
    this.store.seen(id);
  }

  #tick(): void {
    const { locale } = this;
    if (!locale) return;
    for (const time of this.shadowRoot?.querySelectorAll("time") ?? []) {
      const text = relativeTime(time.dateTime, Date.now(), locale.lang, locale.texts.justNow);
      const node = time.firstChild;
      if (node && node.textContent !== text) node.textContent = text;
    }
  }
}
