/** <answerback-comment>: one comment with its replies. */

import { PERMALINK } from "../constants.js";
import { hueOf, initialsOf, isOwn } from "../core/allowance.js";
import { viewOf } from "../core/answer_view.js";
import { fill } from "../core/texts.js";
import { fullTime, relativeTime } from "../core/time.js";
import type { Comment, Composition, Opinion, Visitor, Vote } from "../core/types.js";
import { type Child, h, list } from "../dom.js";
import { toWrite, writing } from "../parts.js";
import { Rows } from "../rows.js";
import type { ComposerData } from "./composer.js";
import type { Context } from "./context.js";
import { badge, icon, moreButton, textButton, View } from "./view.js";

export interface CommentData {
  ctx: Context;
  comment: Comment;
  parent: Comment | null;
  /** 0 for a root. */
  depth: number;
  /** How the loading of more stands, for a root that has more replies. */
  more?: string;
}

type Form = "reply" | "edit" | "remove" | "report" | null;

export class CommentElement extends View<CommentData> {
  #form: Form = null;
  #rows = new Rows();

  protected view(data: CommentData): Child[] {
    const { ctx, comment } = data;
    const state = comment.unsent?.state ?? comment.state;
    const props = {
      class: comment.answer ? "comment ai" : "comment",
      part: "comment",
      "data-id": comment.id,
      "data-state": state,
      "data-fresh": ctx.store.state.fresh.includes(comment.id),
      "data-target": ctx.store.target === comment.id,
      tabindex: -1,
      "aria-label": comment.author.name || null,
    };
    const gone = comment.state === "hidden" ? "hidden" : comment.state === "deleted" && "removed";
    const inner = gone
      ? h("p", { class: "gone muted" }, ctx.texts[gone])
      : comment.answer
        ? this.#answer(data)
        : this.#person(data);
    return [h("article", props, inner), this.#replies(data)];
  }

  #replies({ ctx, comment: parent, depth, more: loading }: CommentData): Child {
    const { replies } = parent;
    const writing = this.#form === "reply" && !ctx.locked && this.#composer(parent, "reply");
    const more = moreButton(ctx, loading, ctx.texts.loadReplies, parent.replies_next);
    if (replies.length === 0 && !writing && !more) return null;
    const rows = this.#rows.of(
      this,
      replies,
      (comment) => [comment, ctx],
      (comment) =>
        h(
          "li",
          { key: comment.id },
          h("answerback-comment", { ".data": { ctx, comment, parent, depth: depth + 1 } }),
        ),
    );
    const below = list("ol", { class: "replies", part: "replies", "data-depth": depth + 1 }, rows);
    return h("div", { key: "below" }, writing, replies.length > 0 && below, more);
  }

  #person(data: CommentData): Child[] {
    const { ctx, comment } = data;
    const editing = this.#form === "edit" && !ctx.locked;
    return [
      avatar(comment.author, ctx),
      h(
        "div",
        { class: "content" },
        this.#head(data),
        editing ? this.#composer(comment, "edit") : this.#body(comment),
        this.#notes(ctx, comment),
        !editing && this.#actions(ctx, comment),
        this.#form === "remove" && writing()?.removing(ctx, comment, () => void this.#show(null)),
        this.#form === "report" && this.#reporting(ctx, comment),
      ),
    ];
  }

  #head({ ctx, comment, parent, depth }: CommentData): Child {
    const { texts, lang } = ctx;
    const { author } = comment;
    const to = depth > 2 && parent && !parent.answer ? parent.author.name || texts.anonymous : "";
    return h(
      "header",
      { class: "head" },
      h("strong", { class: "author", part: "author" }, author.name || texts.anonymous),
      ctx.namesakes.includes(author.name) && h("span", { class: "muted small" }, `#${author.id.slice(-4)}`),
      author.kind === "owner" && badge(texts.owner),
      comment.pinned && badge(texts.pinned, "pin"),
      to && h("span", { class: "muted small" }, fill(texts.replyingTo, { name: to })),
      comment.unsent ? null : this.#when(comment, texts, lang),
      comment.edited_at &&
        h("span", { class: "muted small", title: fullTime(comment.edited_at, lang) }, texts.edited),
    );
  }

  #when({ id, created_at }: Comment, texts: Context["texts"], lang: string): Child {
    const text = relativeTime(created_at, Date.now(), lang, texts.justNow);
    const time = h("time", { datetime: created_at, title: fullTime(created_at, lang) }, text);
    // Absolute, since the page's <base> would change it.
    const href = `${location.href.split("#")[0]}#${PERMALINK}${id}`;
    const link = { class: "muted small when", part: "permalink", href };
    return h("a", { ...link, title: texts.permalink }, time);
  }

  #body({ body, html, unsent }: Comment): Child {
    if (unsent || !html) return h("div", { key: "plain", class: "body plain", part: "body" }, body);
    return h("div", { key: "html", class: "body", part: "body", dir: "auto", html: { html, text: body } });
  }

  #notes(ctx: Context, comment: Comment): Child[] {
    return [
      comment.cut && textButton(ctx.texts.showAll, () => void ctx.store.whole(comment.id)),
      ...(writing()?.notesOn(ctx, comment) ?? []),
    ];
  }

  #actions(ctx: Context, comment: Comment): Child {
    const { texts, store, visitor } = ctx;
    if (comment.unsent) return null;
    if (comment.state !== "published") return h("div", { class: "actions" }, this.#ownActions(ctx, comment));
    const own = isOwn(comment, visitor);
    const answered = comment.replies.some((reply) => reply.answer);
    return h(
      "div",
      { class: "actions", part: "actions" },
      this.#votes(ctx, comment, own),
      ctx.write && !ctx.locked && this.#opener(texts.reply, "reply"),
      ctx.ai &&
        !answered &&
        !ctx.locked &&
        textButton([icon("spark"), texts.askAi], () => void store.do("ask", comment.id), {
          part: "button ask",
          title: ctx.notice,
        }),
      this.#ownActions(ctx, comment),
      !own && this.#opener(texts.report, "report", "quiet"),
    );
  }

  #ownActions(ctx: Context, comment: Comment): Child[] {
    const { texts } = ctx;
    const title = isOwn(comment, ctx.visitor) ? (writing()?.changeable(ctx, comment) ?? null) : null;
    if (title === null) return [];
    return [
      !ctx.locked && !comment.cut && this.#opener(texts.edit, "edit", "", title),
      this.#opener(texts.remove, "remove", "", title),
    ];
  }

  #opener(label: string, form: Form, kind = "", title = ""): Child {
    const open = this.#form === form;
    const props = { class: `text ${kind}`, "aria-expanded": open, title: title || null };
    return textButton(label, () => void this.#show(open ? null : form), props);
  }

  #votes({ texts, store }: Context, { id, votes }: Comment, own: boolean): Child {
    if (own && votes.up + votes.down === 0) return null;
    const mine = store.session.state.info?.mine.votes[id] ?? 0;
    const button = (value: Vote, label: string, count: number, name: "up" | "down") => {
      const pressed = mine === value;
      const inner = [icon(name), h("span", { class: "unseen" }, label), count > 0 && h("span", null, count)];
      return textButton(inner, () => void store.do("vote", id, pressed ? 0 : value), {
        class: "text vote",
        part: `button vote-${name}`,
        title: label,
        "aria-pressed": pressed,
        disabled: own,
      });
    };
    return h(
      "span",
      { class: "votes", part: "votes" },
      button(1, texts.upvote, votes.up, "up"),
      button(-1, texts.downvote, votes.down, "down"),
    );
  }

  #reporting({ texts, store }: Context, { id }: Comment): Child {
    const close = () => void this.#show(null);
    const send = (reason: string) => {
      close();
      void store.do("report", id, reason);
    };
    return writing()?.reasonForm(texts, send, close);
  }

  #composer(comment: Comment, kind: "reply" | "edit"): Child {
    const { ctx } = this.data as CommentData;
    const name = comment.author.name || ctx.texts.anonymous;
    const data: ComposerData = {
      ctx,
      kind,
      parentId: kind === "reply" ? comment.id : comment.parent_id,
      draft: `${kind}:${comment.page}:${comment.id}`,
      hint: fill(ctx.texts.replyHint, { name }),
      text: kind === "edit" ? comment.body : "",
    };
    const props = {
      key: kind,
      ".data": data,
      oncancel: () => void this.#show(null),
      onsend: this.#sent(kind),
    };
    return h("answerback-composer", props);
  }

  #sent(kind: "reply" | "edit") {
    return async (event: Event): Promise<void> => {
      const { ctx, comment } = this.data as CommentData;
      const composition = (event as CustomEvent<Composition>).detail;
      if (kind === "reply") await ctx.store.do("post", composition);
      else if (!(await ctx.store.do("edit", comment.id, composition.body))) return;
      ctx.store.drafts.set(`${kind}:${comment.page}:${comment.id}`, null);
      void this.#show(null);
    };
  }

  async #show(form: Form): Promise<void> {
    if (form === "report" || form === "remove") await toWrite();
    const closed = this.#form;
    this.#form = form;
    this.draw();
    if (form === "report") this.querySelector<HTMLElement>("[data-reason]")?.focus();
    else if (form === "remove") this.querySelector<HTMLElement>(".danger")?.focus();
    else if (form) this.querySelector<HTMLElement>("answerback-composer")?.focus();
    else if (closed) this.querySelector<HTMLElement>(".actions [aria-expanded]")?.focus();
  }

  #answer({ ctx, comment, parent }: CommentData): Child[] {
    const { store, texts, lang, url, ai, visitor, quotes } = ctx;
    const { id, body, html, pinned } = comment;
    const mine = store.isMine(comment) || (parent !== null && isOwn(parent, visitor));
    // A draft stays hidden until the owner approves it; its asker is told so.
    const draft = comment.state === "pending" && ({ state: "withheld", revised_at: null } as const);
    const given = { ...comment.answer, ...draft };
    const answer = viewOf({ id, text: body, html }, given, quotes, mine);
    const { versions } = store;
    const more = { pinned, versions, feedback: store.rated.get(id), mayAsk: ai && !ctx.locked };
    return [
      h("answerback-answer", {
        ".data": { answer, texts, lang, url, ...more },
        onstop: () => void store.do("stop", id),
        onagain: () => void store.do("ask", id),
        onfeedback: (event: Event) => void store.do("feedback", id, (event as CustomEvent<Opinion>).detail),
        onreport: (event: Event) => void store.do("report", id, (event as CustomEvent<string>).detail),
      }),
      ...this.#notes(ctx, comment),
    ];
  }
}

/** Initials on a colour of their own, or a picture that our own server serves. */
function avatar({ name, avatar_url, id }: Visitor, { texts, store }: Context): Child {
  const shown = name || texts.anonymous;
  if (avatar_url?.startsWith(store.base)) {
    return h("img", { class: "avatar", part: "avatar", src: avatar_url, alt: "", loading: "lazy" });
  }
  const style = { "--hue": String(hueOf(id || shown)) };
  return h("span", { class: "avatar", part: "avatar", "aria-hidden": true, style }, initialsOf(shown));
}
