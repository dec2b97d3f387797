/** Small forms and lists that open below a comment or an answer. */

import { REASON_LIMIT } from "../core/limits.js";
import { fill } from "../core/texts.js";
import { fullTime, relativeTime } from "../core/time.js";
import type { AnswerView, Comment, Complaint, Composition, Revision } from "../core/types.js";
import { type Child, h, type Props } from "../dom.js";
import type { CommentData, Form } from "../elements/comment.js";
import type { ComposerData } from "../elements/composer.js";
import type { Context } from "../elements/context.js";
import { note, problemText, textButton } from "../elements/view.js";
import type { Locale, Texts } from "../locale.js";
import { solidButton, typed } from "./fields.js";

/** A one-line form that asks what is wrong; the reason is optional. */
export function reasonForm(texts: Texts, send: (reason: string) => void, close: () => void): Child {
  const field = reasonField(texts.reportHint, { "data-first": true });
  return smallForm(texts, [field], (form) => send(reasonIn(form)), close);
}

const KINDS = ["spam", "abuse", "illegal", "other"] as const;

/** The report form; illegal content needs a reason. */
export function reportForm(texts: Texts, send: (complaint: Complaint) => void, close: () => void): Child {
  const onchange = ({ target }: Event) => {
    const { value, nextElementSibling: field } = target as HTMLSelectElement;
    field?.toggleAttribute("required", value === "illegal");
  };
  const choice = h(
    "select",
    { "data-first": true, part: "input", required: true, "aria-label": texts.reportHint, onchange },
    h("option", { value: "" }, texts.reportHint),
    KINDS.map((kind) => h("option", { value: kind }, texts.kinds[kind])),
  );
  const sent = (form: Element) =>
    send({ kind: form.querySelector("select")?.value ?? "", reason: reasonIn(form) });
  return smallForm(texts, [choice, reasonField(texts.reportWhy)], sent, close);
}

function reasonField(hint: string, props: Props = {}): Child {
  const oninput = (event: Event) => typed(event, REASON_LIMIT);
  return h("input", { part: "input", oninput, placeholder: hint, "aria-label": hint, ...props });
}

const reasonIn = (form: Element): string => form.querySelector("input")?.value.trim() ?? "";

function smallForm(texts: Texts, fields: Child[], send: (form: Element) => void, close: () => void): Child {
  const onsubmit = (event: Event) => {
    event.preventDefault();
    const form = event.currentTarget as Element;
    close();
    send(form);
  };
  return h(
    "form",
    { class: "note", onsubmit },
    ...fields,
    solidButton(texts.send, () => undefined, { type: "submit" }),
    textButton(texts.cancel, close),
  );
}

/** The form that is open at a comment; `close` removes it. */
export function commentForm(kind: Form, data: CommentData, close: () => void): Child {
  const { ctx, comment } = data;
  if (kind === "remove") return removing(ctx, comment, close);
  if (kind !== "report") return composer(data, kind, close);
  return reportForm(ctx.texts, (said) => void ctx.store.do("report", comment.id, said), close);
}

function composer({ ctx, comment }: CommentData, kind: "reply" | "edit", close: () => void): Child {
  const reply = kind === "reply";
  const draft = `${kind}:${comment.page}:${comment.id}`;
  const data: ComposerData = {
    ctx,
    kind,
    parentId: reply ? comment.id : comment.parent_id,
    draft,
    hint: comment.answer
      ? ctx.texts.reply
      : fill(ctx.texts.replyHint, { name: comment.author.name || ctx.texts.anonymous }),
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

/** Asks to confirm deleting a comment. */
function removing({ texts, store }: Context, { id }: Comment, close: () => void): Child {
  const remove = () => {
    close();
    void store.do("remove", id);
  };
  return h(
    "div",
    { class: "note", role: "group", "aria-label": texts.removeSure },
    h("span", null, texts.removeSure),
    solidButton(texts.remove, remove, { class: "solid danger", "data-first": true }),
    textButton(texts.cancel, close),
  );
}

/** An answer's revision history. */
export function history(versions: Revision[] | "failed", answer: AnswerView, { texts, lang }: Locale): Child {
  if (versions === "failed") return note("alert", problemText(texts, null));
  const names = {
    answered: answer.quoted ? texts.sources : texts.aiAnswer,
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
        relativeTime(created_at, Date.now(), lang, texts),
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
