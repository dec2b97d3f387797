/** Small forms and lists that open below a comment or an answer. */

import { REASON_LIMIT } from "../core/limits.js";
import { fill } from "../core/texts.js";
import { fullTime, relativeTime } from "../core/time.js";
import type { AnswerView, Comment, Composition, Revision } from "../core/types.js";
import { type Child, h } from "../dom.js";
import type { CommentData, Form } from "../elements/comment.js";
import type { ComposerData } from "../elements/composer.js";
import type { Context } from "../elements/context.js";
import { note, problemText, solidButton, textButton, typed } from "../elements/view.js";
import type { Locale, Texts } from "../locale.js";

/** Asks in one line what is wrong with something; to say nothing is fine. */
export function reasonForm(texts: Texts, send: (reason: string) => void, cancel: () => void): Child {
  const onsubmit = (event: Event) => {
    event.preventDefault();
    send((event.currentTarget as Element).querySelector("input")?.value.trim() ?? "");
  };
  const oninput = (event: Event) => typed(event, REASON_LIMIT);
  const field = { "data-reason": true, part: "input", oninput, placeholder: texts.reportHint };
  return h(
    "form",
    { class: "note", onsubmit },
    h("input", { ...field, "aria-label": texts.reportHint }),
    solidButton(texts.send, () => undefined, { type: "submit" }),
    textButton(texts.cancel, cancel),
  );
}

/** A form that is open at a comment; `close` takes it away. */
export function commentForm(kind: Form, data: CommentData, close: () => void): Child {
  const { ctx, comment } = data;
  if (kind === "remove") return removing(ctx, comment, close);
  if (kind !== "report") return composer(data, kind, close);
  const send = (reason: string) => {
    close();
    void ctx.store.do("report", comment.id, reason);
  };
  return reasonForm(ctx.texts, send, close);
}

function composer({ ctx, comment }: CommentData, kind: "reply" | "edit", close: () => void): Child {
  const reply = kind === "reply";
  const name = comment.author.name || ctx.texts.anonymous;
  const draft = `${kind}:${comment.page}:${comment.id}`;
  const data: ComposerData = {
    ctx,
    kind,
    parentId: reply ? comment.id : comment.parent_id,
    draft,
    hint: fill(ctx.texts.replyHint, { name }),
    text: reply ? "" : comment.body,
  };
  const onsend = async (event: Event): Promise<void> => {
    const composition = (event as CustomEvent<Composition>).detail;
    if (!reply && !(await ctx.store.do("edit", comment.id, composition.body))) return;
    ctx.store.drafts.set(draft, null);
    close();
    // After closing the form, since the new comment takes the focus.
    if (reply) void ctx.store.do("post", composition);
  };
  return h("answerback-composer", { key: kind, ".data": data, oncancel: close, onsend });
}

/** Asks whether a comment is to go. */
function removing({ texts, store }: Context, { id }: Comment, close: () => void): Child {
  const remove = () => {
    close();
    void store.do("remove", id);
  };
  return h(
    "div",
    { class: "note", role: "group", "aria-label": texts.removeSure },
    h("span", null, texts.removeSure),
    solidButton(texts.remove, remove, { class: "solid danger" }),
    textButton(texts.cancel, close),
  );
}

/** How an answer came to be what it is. */
export function history(versions: Revision[] | "failed", answer: AnswerView, { texts, lang }: Locale): Child {
  if (versions === "failed") return note("alert", problemText(texts, null));
  const names = {
    answered: answer.quoted ? texts.quotes : texts.aiAnswer,
    corrected: texts.corrected,
    verified: texts.verified,
    withdrawn: texts.withdrawn,
    renewed: texts.before,
  };
  const rows = versions.map(({ action, created_at, note: why, body, html }) =>
    h(
      "li",
      null,
      h("strong", null, names[action]),
      " ",
      h(
        "time",
        { class: "muted", datetime: created_at, title: fullTime(created_at, lang) },
        relativeTime(created_at, Date.now(), lang, texts.justNow),
      ),
      why && h("p", null, why),
      // The text above is announced already.
      body &&
        body !== answer.text &&
        h("div", { class: "body muted", html: { html: html ?? "", text: body } }),
    ),
  );
  return h("ol", { class: "history", part: "history", "aria-label": texts.history }, rows);
}
