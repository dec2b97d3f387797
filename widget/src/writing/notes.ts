/** Notes on a visitor's own comments, and until when they may be changed. */

import { clockTime } from "../answers/clock.js";
import { wayTo } from "../answers/way.js";
import { isOwn } from "../core/allowance.js";
import { fill } from "../core/texts.js";
import type { Comment, Settings, Visitor } from "../core/types.js";
import { type Child, h } from "../dom.js";
import type { Form } from "../elements/comment.js";
import type { Context } from "../elements/context.js";
import { note, problemIn, problemText, textButton } from "../elements/view.js";

export function notesOn(ctx: Context, comment: Comment): Child[] {
  const { texts, store } = ctx;
  const said = store.notes.get(comment.id);
  return [
    comment.unsent && unsent(ctx, comment),
    comment.state === "pending" && !comment.answer && note("status", texts.pending),
    said?.kind === "reported" &&
      note("status", [
        texts.reported,
        h("a", { class: "text", ...wayTo(said.url, ctx.url) }, texts.yourReport),
      ]),
    said?.kind === "problem" && note("alert", problemText(texts, said.code)),
    said?.kind === "refused" &&
      note("status", `${texts.saved} ${why(ctx, said.refused)}`, { part: "refused" }),
  ];
}

function why(
  { texts, lang }: Context,
  { code, resets_at }: { code: string; resets_at?: string | null },
): string {
  return code === "quota_exhausted" && resets_at
    ? fill(texts.askUsedUp, { time: clockTime(resets_at, Date.now(), lang) })
    : (problemIn(texts, code) ?? texts.unanswered);
}

function unsent({ texts, store }: Context, { unsent }: Comment): Child {
  if (unsent?.state !== "failed") return h("p", { class: "note muted" }, texts.sending);
  const { key, code } = unsent;
  const text = code === "offline" ? texts.unsentOffline : `${texts.unsent} ${problemIn(texts, code) ?? ""}`;
  return note("alert", [
    text,
    textButton(texts.tryAgain, () => void store.do("retry", key)),
    textButton(texts.discard, () => void store.do("discard", key)),
  ]);
}

/** Actions on the visitor's own comment; `opener` makes a button that opens a form. */
export function ownActions(
  ctx: Context,
  comment: Comment,
  opener: (label: string, form: Form, title: string) => Child,
): Child[] {
  const { texts, locked } = ctx;
  const title = changeable(ctx, comment);
  if (title === null) return [];
  return [
    !locked && !comment.cut && opener(texts.edit, "edit", title),
    opener(texts.remove, "remove", title),
  ];
}

/**
 * The deadline for changing a visitor's own comment, as text; empty if there is no limit, null if it cannot be
 * changed.
 */
function changeable({ texts, visitor, settings, lang }: Context, comment: Comment): string | null {
  const end = settings ? changeableUntil(comment, visitor, settings) : 0;
  if (Date.now() >= end) return null;
  if (end === Number.POSITIVE_INFINITY) return "";
  return fill(texts.editLater, { time: clockTime(new Date(end).toISOString(), Date.now(), lang) });
}

/**
 * Until when the visitor may edit or delete the comment, in ms; infinite without a time limit, 0 if they may
 * not.
 */
export function changeableUntil(
  comment: Comment,
  visitor: Visitor | null,
  { edit_minutes }: Settings,
): number {
  const standing = comment.state === "published" || comment.state === "pending";
  if (comment.unsent || !standing || !isOwn(comment, visitor)) return 0;
  return edit_minutes === null
    ? Number.POSITIVE_INFINITY
    : Date.parse(comment.created_at) + edit_minutes * 60_000;
}
