/** <answerback-comment>: one comment with its replies. */

import { PERMALINK } from "../constants.js";
import { hueOf, initialsOf, isOwn } from "../core/allowance.js";
import { isLong } from "../core/limits.js";
import { counted, fill } from "../core/texts.js";
import { fullTime, relativeTime } from "../core/time.js";
import { count } from "../core/tree.js";
import type { Comment, Complaint, Opinion, Visitor, Vote } from "../core/types.js";
import { type Child, h, list, type Props } from "../dom.js";
import { toWrite, writing } from "../parts.js";
import { Rows } from "../rows.js";
import type { Context } from "./context.js";
import { badge, ICON, icon, moreButton, textButton, View } from "./view.js";

export interface CommentData {
  ctx: Context;
  comment: Comment;
  parent: Comment | null;
  /** 0 for a root. */
  depth: number;
  /** Whether more replies are loading or have failed to load, if the root has more. */
  more?: string;
}

export type Form = "reply" | "edit" | "remove" | "report";

export class CommentElement extends View<CommentData> {
  #form: Form | null = null;
  /** Whether the secondary actions are shown. */
  #more = false;
  /** Whether a long text is expanded. */
  #all = false;
  #closed = false;
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
      "aria-label": !comment.answer && (comment.author.name || ctx.texts.anonymous),
      onkeydown: (event: Event) => {
        if ((event as KeyboardEvent).key === "Escape" && this.#form) void this.#show(null);
      },
    };
    const gone = comment.state === "hidden" ? "hidden" : comment.state === "deleted" && "removed";
    const inner = gone
      ? h("p", { class: "gone muted" }, ctx.texts[gone])
      : comment.answer
        ? this.#answer(data)
        : this.#person(data);
    return [h("article", props, inner), this.#replies(data)];
  }

  #replies(data: CommentData): Child {
    const { ctx, comment: parent, depth, more: loading } = data;
    const { replies } = parent;
    if (this.#closed) return null;
    const form = !ctx.locked && this.#formOf(data, "reply");
    const more = moreButton(ctx, loading, ctx.texts.loadReplies, parent.replies_next);
    if (replies.length === 0 && !form && !more) return null;
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
    return h("div", { key: "below" }, form, replies.length > 0 && below, more);
  }

  #person(data: CommentData): Child[] {
    const { ctx, comment } = data;
    const editing = !ctx.locked && this.#formOf(data, "edit");
    return [
      avatar(comment.author, ctx),
      h(
        "div",
        { class: "content" },
        this.#head(data),
        editing || this.#body(comment),
        this.#notes(ctx, comment),
        !editing && this.#actions(data),
        this.#formOf(data, "remove", "report"),
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
      comment.pinned && badge(texts.pinned, ICON.pin),
      to && h("span", { class: "muted small" }, fill(texts.replyingTo, { name: to })),
      comment.unsent ? null : this.#when(comment, texts, lang),
      comment.edited_at &&
        h("span", { class: "muted small", ...dated(comment.edited_at, lang) }, texts.edited),
    );
  }

  #when({ id, created_at }: Comment, texts: Context["texts"], lang: string): Child {
    const text = relativeTime(created_at, Date.now(), lang, texts);
    const time = h("time", { datetime: created_at, ...dated(created_at, lang) }, text);
    // Absolute, since the page's <base> would change it.
    const href = `${location.href.split("#")[0]}#${PERMALINK}${id}`;
    const link = { class: "muted small when", part: "permalink", href };
    return h("a", { ...link, title: texts.permalink }, time);
  }

  /** The text, whose language is unknown; collapsed if long. */
  #body({ body, html, unsent, cut }: Comment): Child {
    const long = !this.#all && (cut || isLong(body));
    const props = { class: "body", part: "body", dir: "auto", lang: "", "data-long": long };
    if (unsent || !html) return h("div", { key: "plain", ...props, class: "body plain" }, body);
    return h("div", { key: "html", ...props, html: { html, text: body } });
  }

  #notes(ctx: Context, comment: Comment): Child[] {
    const { id, cut, body, answer } = comment;
    const whole = () => {
      this.#all = true;
      this.draw();
      this.#article?.focus();
      if (cut) void ctx.store.do("whole", id);
    };
    return [
      (cut || (!answer && !this.#all && isLong(body))) && textButton(ctx.texts.showAll, whole),
      ...(writing()?.notesOn(ctx, comment) ?? []),
    ];
  }

  get #article(): HTMLElement | null {
    return this.querySelector<HTMLElement>("article");
  }

  #actions(data: CommentData): Child {
    const { ctx, comment } = data;
    const { texts, store, visitor } = ctx;
    if (comment.unsent) return null;
    if (comment.state !== "published") return h("div", { class: "actions" }, this.#ownActions(ctx, comment));
    const own = isOwn(comment, visitor);
    const asks = ctx.ai && ctx.asks && !ctx.locked && !comment.replies.some((reply) => reply.answer);
    const question = /[?\uff1f\u061f]/.test(comment.body);
    const ask = () =>
      textButton(
        [icon(ICON.spark), ctx.quotes ? texts.askSite : texts.askAi],
        () => void store.do("ask", comment.id),
        {
          part: "button ask",
          title: ctx.notice,
        },
      );
    const rare = [asks && !question && ask(), !own && this.#opener(texts.report, "report")];
    return h(
      "div",
      { class: "actions", part: "actions" },
      this.#votes(ctx, comment, own),
      this.#replying(ctx),
      asks && question && ask(),
      this.#ownActions(ctx, comment),
      this.#folding(data),
      rare.some(Boolean) && this.#moreOf(texts.more),
      this.#more && rare,
    );
  }

  #replying({ texts, write, locked }: Context): Child {
    return write && !locked && this.#opener(texts.reply, "reply");
  }

  /** Toggles the secondary actions. */
  #moreOf(label: string): Child {
    const toggle = () => {
      this.#more = !this.#more;
      this.draw();
    };
    const props = { "aria-expanded": this.#more, "aria-label": label, title: label };
    return textButton(icon(ICON.more), toggle, props);
  }

  /** Collapses and expands the replies. */
  #folding({ ctx, comment: { replies } }: CommentData): Child {
    if (!replies.length) return null;
    const toggle = () => {
      this.#closed = !this.#closed;
      this.draw();
    };
    const label = this.#closed ? counted(ctx.texts.replies, count(replies), ctx.lang) : ctx.texts.fold;
    return textButton(label, toggle, {
      class: "text fold",
      "aria-expanded": !this.#closed,
      part: "button fold",
    });
  }

  #ownActions(ctx: Context, comment: Comment): Child[] {
    return writing()?.ownActions(ctx, comment, this.#opener) ?? [];
  }

  #opener = (label: string, form: Form, title = ""): Child => {
    const open = this.#form === form;
    const props = { part: `button ${form}`, "aria-expanded": open, title: title || null };
    return textButton(label, () => void this.#show(open ? null : form), props);
  };

  #votes({ texts, store }: Context, { id, votes }: Comment, own: boolean): Child {
    if (own && votes.up + votes.down === 0) return null;
    const mine = store.session.state.info?.mine.votes[id] ?? 0;
    const button = (value: Vote, label: string, count: number, name: "up" | "down") => {
      const pressed = mine === value;
      const inner = [
        icon(ICON[name]),
        h("span", { class: "unseen" }, label),
        count > 0 && h("span", null, count),
      ];
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

  /** The open form, if it is of one of these kinds. */
  #formOf(data: CommentData, ...kinds: Form[]): Child {
    const form = this.#form;
    return !!form && kinds.includes(form) && writing()?.commentForm(form, data, () => void this.#show(null));
  }

  async #show(form: Form | null): Promise<void> {
    if (form) await toWrite();
    const closed = this.#form;
    this.#form = form;
    this.draw();
    const small = form === "report" || form === "remove";
    const next = small ? "[data-first]" : form ? "answerback-composer" : ".actions [aria-expanded]";
    if (form || closed) this.querySelector<HTMLElement>(next)?.focus();
  }

  #answer(data: CommentData): Child[] {
    const { ctx, comment, parent } = data;
    const { store, texts, lang, url, ai, asks, visitor, quotes } = ctx;
    const { id, body, html, pinned } = comment;
    const draft = comment.state === "pending";
    const shown = {
      ...{ id, text: body, html, given: comment.answer, draft, quotes, pinned },
      ...{ texts, lang, url, versions: store.versions, feedback: store.rated.get(id) },
      mine: store.isMine(comment) || (parent !== null && isOwn(parent, visitor)),
      mayAsk: ai && asks && !ctx.locked,
    };
    return [
      h("answerback-answer", {
        ".data": shown,
        onstop: () => void store.do("stop", id),
        onagain: () => void store.do("ask", id),
        onfeedback: (event: Event) => void store.do("feedback", id, (event as CustomEvent<Opinion>).detail),
        onreport: (event: Event) => void store.do("report", id, (event as CustomEvent<Complaint>).detail),
      }),
      h(
        "div",
        { class: "actions", part: "actions" },
        !draft && comment.answer?.state === "done" && this.#replying(ctx),
        this.#folding(data),
        this.#when(comment, texts, lang),
      ),
      ...this.#notes(ctx, comment),
    ];
  }
}

/** The date and time as a tooltip, formatted on hover: the first formatting takes 100 ms on a phone. */
function dated(iso: string, lang: string): Props {
  const onpointerenter = ({ target }: Event) => {
    (target as HTMLElement).title = fullTime(iso, lang);
  };
  return { onpointerenter };
}

/** Initials on a color of their own, or a picture served by our own server. */
function avatar({ name, avatar_url, id }: Visitor, { texts, store }: Context): Child {
  const shown = name || texts.anonymous;
  if (avatar_url?.startsWith(store.base)) {
    return h("img", { class: "avatar", part: "avatar", src: avatar_url, alt: "", loading: "lazy" });
  }
  const style = { "--hue": String(hueOf(id || shown)) };
  return h("span", { class: "avatar", part: "avatar", "aria-hidden": true, style }, initialsOf(shown));
}
