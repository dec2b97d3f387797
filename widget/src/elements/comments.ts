/** <answerback-comments>: the thread of a page. */

import { targetOf } from "../api.js";
import type { Config } from "../config.js";
import { isUsedUp } from "../core/allowance.js";
import { isLasting } from "../core/limits.js";
import type { ThreadState } from "../core/state.js";
import { counted } from "../core/texts.js";
import { relativeTime } from "../core/time.js";
import { find, namesakesIn } from "../core/tree.js";
import type { Comment, Composition, Sort } from "../core/types.js";
import { type Child, h, list, scrolling } from "../dom.js";
import type { Locale } from "../locale.js";
import { writing } from "../parts.js";
import { type Lease, leaseThread } from "../registry.js";
import { Rows } from "../rows.js";
import type { ThreadStore } from "../thread.js";
import { BaseElement } from "./base_element.js";
import type { Context } from "./context.js";
import { askNotice, moreButton, note, problemIn, refusedNote, same, skeleton, textButton } from "./view.js";

const TICK_MS = 30_000;

/** Returns the previous value if the new one is equal, to keep its identity. */
function steady<T>(before: T | undefined, now: T): T {
  return before !== undefined && JSON.stringify(before) === JSON.stringify(now) ? before : now;
}

export class CommentsElement extends BaseElement<ThreadStore> {
  #context: Context | null = null;
  #rows = new Rows();
  #fresh: string[] = [];
  #sought = "";
  /** The comment that was requested last, so that it is requested only once. */
  #looked = "";
  /** Whether to scroll no further than necessary, as for the visitor's own comment. */
  #near = false;
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
    // The first load already includes it.
    this.#looked = targetOf(location);
    this.#watching = new IntersectionObserver((entries) => this.#seen(entries));
    seek();
    return () => {
      clearInterval(ticking);
      ending.abort();
      this.#watching?.disconnect();
      this.#context = null;
      this.#rows = new Rows();
      end();
    };
  }

  protected override get ready(): boolean {
    return this.store.state.status !== "loading";
  }

  /**
   * Keeps new comments from moving what is being read. Most browsers do this by themselves (scroll
   * anchoring), Safari does not.
   */
  override draw(): void {
    const within = !CSS.supports?.("overflow-anchor", "auto") && this.getBoundingClientRect().top < 0;
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
    // Whether the visitor may write is known once the comments have loaded.
    return [
      this.#head(ctx, state),
      this.store.session.state.refused && note("alert", texts.signInFailed),
      this.store.session.state.offline &&
        h("p", { class: "banner", part: "banner", role: "status" }, texts.offline),
      ready && this.#top(ctx, config),
      ready && moreButton(ctx, state.more, texts.loadPrevious, state.previous, "before"),
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
            [1, 2, 3, 4].map(() => h("div", { class: "comment ghost" }, skeleton())),
          ),
      ready && moreButton(ctx, state.more, texts.loadMore, state.next),
      this.#pill(locale, state),
    ];
  }

  #contextOf({ lang, texts }: Locale, config: Config, { locked, comments }: ThreadState): Context {
    const { info } = this;
    const before = this.#context;
    const visitor = steady(before?.visitor, info?.visitor ?? null);
    const namesakes = steady(before?.namesakes, namesakesIn(comments));
    const settings = steady(before?.settings, info?.settings ?? null);
    const member = !!visitor && visitor.kind !== "guest";
    const context: Context = {
      store: this.store,
      url: config.url,
      lang,
      texts,
      visitor,
      settings,
      locked,
      namesakes,
      quotes: info?.provider === "quote",
      ai: !!info && info.provider !== "off" && info.settings.ai !== "off",
      asks: !isUsedUp(info?.quota),
      notice: askNotice(texts, info),
      write: !info || info.settings.guests || member,
    };
    if (!before || !same(before, context)) this.#context = context;
    return this.#context as Context;
  }

  #failed({ texts }: Locale, { problem }: ThreadState): Child[] {
    if (isLasting(problem)) return [refusedNote(texts, problem)];
    const known = problem === "offline" ? "" : (problemIn(texts, problem) ?? "");
    const again = textButton(texts.tryAgain, () => this.reload());
    const text = h("p", null, `${texts.loadFailed} ${known}`);
    return [h("div", { key: "failed", class: "empty", part: "error", role: "alert" }, text, again)];
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
      status === "ready" && this.#who(ctx),
      status === "ready" && total > 1 && choice,
    );
  }

  /** The signed-in visitor, or the sign-in button. */
  #who({ visitor, lang, texts }: Context): Child {
    const { session } = this.store;
    const member = visitor && visitor.kind !== "guest";
    const signIn = !!crypto.subtle && !member && this.#signIn(lang, texts.signIn);
    const who = member ? writing()?.account(visitor, session, { lang, texts }) : signIn && [signIn];
    return h("span", { class: "who", part: "who", tabindex: -1 }, who || []);
  }

  #signIn(lang: string, label: string): Child {
    return textButton(label, () => void this.store.session.do("openSignIn", lang), {
      part: "button sign-in",
    });
  }

  #top(ctx: Context, config: Config): Child {
    const { texts } = ctx;
    if (ctx.locked) return h("p", { class: "banner", part: "banner locked" }, texts.locked);
    if (!ctx.write) return h("p", { class: "banner", part: "banner" }, texts.membersOnly);
    const data = {
      ctx,
      kind: "new",
      parentId: null,
      draft: `draft:${config.page}`,
      hint: texts.bodyHint,
      text: "",
    };
    const onsend = (event: Event) => void this.store.do("post", (event as CustomEvent<Composition>).detail);
    return h("answerback-composer", { key: "new", ".data": data, onsend });
  }

  #list(ctx: Context, { comments, more }: ThreadState): Child {
    if (comments.length === 0) {
      const { noComments, noCommentsHint } = ctx.texts;
      const hint = ctx.write && !ctx.locked && h("p", { class: "muted" }, noCommentsHint);
      return h("div", { key: "empty", class: "empty", part: "empty" }, h("p", null, noComments), hint);
    }
    // When loading more, rerender only the roots that have more replies.
    const loading = (comment: Comment) => comment.replies_next && more;
    const rows = this.#rows.of(
      this,
      comments,
      (comment) => [comment, ctx, loading(comment)],
      (comment) => {
        const data = { ctx, comment, parent: null, depth: 0, more: loading(comment) };
        return h("li", { key: comment.id }, h("answerback-comment", { ".data": data }));
      },
    );
    return list("ol", { key: "list", class: "list", part: "list" }, rows);
  }

  #pill({ lang, texts }: Locale, { fresh }: ThreadState): Child {
    const first = fresh[0];
    if (!first) return null;
    const pill = { class: "pill", part: "button new" };
    const button = textButton(counted(texts.newComments, fresh.length, lang), () => this.#show(first), pill);
    return h("div", { key: "pill", class: "pill-place" }, button);
  }

  protected get whole(): boolean {
    const { status } = this.store.state;
    return status === "failed" || (status === "ready" && !this.#rows.partial);
  }

  protected override drawn(root: HTMLElement): void {
    const { fresh, status } = this.store.state;
    root.toggleAttribute("data-partial", this.#rows.partial);
    if (fresh !== this.#fresh) {
      const rows = fresh.map((id) => this.#row(id));
      for (const row of rows) if (row) this.#watching?.observe(row);
      // Some rows may not be rendered yet.
      if (rows.every(Boolean)) this.#fresh = fresh;
    }
    if (this.#sought && status === "ready") this.#find();
  }

  #row(id: string): HTMLElement | null {
    return this.shadowRoot?.querySelector<HTMLElement>(`[data-id="${CSS.escape(id)}"]`) ?? null;
  }

  #seen(entries: IntersectionObserverEntry[]): void {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      this.#watching?.unobserve(target);
      this.store.seen((target as HTMLElement).dataset.id ?? "");
    }
  }

  #seek(): void {
    this.#sought = targetOf(location);
    this.#near = false;
    this.draw();
  }

  protected override reveal(id: string): void {
    this.#sought = this.#looked = id;
    this.#near = true;
    this.draw();
  }

  /** Scrolls to the requested comment, after loading its part of the thread if necessary. */
  #find(): void {
    const id = this.#sought;
    if (find(this.store.state.comments, id)) {
      // Its row has not been rendered yet.
      if (!this.#row(id) && this.#rows.partial) return;
      const near = this.#near;
      if (!near || id.startsWith("local-")) this.store.point(id);
      requestAnimationFrame(() => this.#show(id, near ? "nearest" : "center"));
    } else if (this.#looked !== id) {
      this.#looked = id;
      this.store.seek(id);
      return;
    }
    this.#sought = "";
  }

  #show(id: string, block: ScrollLogicalPosition = "center"): void {
    const row = this.#row(id);
    // It may have been removed meanwhile.
    if (!row) return;
    row.scrollIntoView({ block, behavior: scrolling() });
    row.focus({ preventScroll: true });
    this.store.seen(id);
  }

  #tick(): void {
    const { locale } = this;
    if (!locale) return;
    for (const time of this.shadowRoot?.querySelectorAll("time") ?? []) {
      const text = relativeTime(time.dateTime, Date.now(), locale.lang, locale.texts);
      const node = time.firstChild;
      if (node && node.textContent !== text) node.textContent = text;
    }
  }
}
