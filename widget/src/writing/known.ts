/** Existing answers to a question. */

import { CHECK } from "../answers/icons.js";
import { wayTo } from "../answers/way.js";
import { PERMALINK } from "../constants.js";
import type { KnownAnswer } from "../core/types.js";
import { type Child, h } from "../dom.js";
import { badge, icon, note, textButton } from "../elements/view.js";
import type { Locale } from "../locale.js";

/** Offers to restore the text that was removed from the field because it already has an answer. */
export function takenNote({ texts }: Locale, undo: () => void): Child {
  return note("status", textButton(texts.undo, undo));
}

/** An existing answer with its actions. */
export function knownCard(known: KnownAnswer, { texts }: Locale, here: string, choices: Child[]): Child {
  const { html, body, author_kind, verified_by_owner, revised_at, url, id, digital_source_type } = known;
  const checked = verified_by_owner && badge(revised_at ? texts.corrected : texts.verified, CHECK, "good");
  const marks =
    author_kind === "owner"
      ? badge(texts.owner)
      : [
          !(checked && revised_at) && badge(known.provider === "quote" ? texts.sources : texts.aiAnswer),
          checked,
        ];
  const way = wayTo(`${url}#${PERMALINK}${id}`, here);
  return h(
    "section",
    {
      key: "known",
      class: "answer known",
      part: "known",
      "aria-label": texts.known,
      "data-digital-source-type": digital_source_type,
    },
    h("p", { class: "answer-head" }, h("span", { class: "label" }, icon(CHECK), texts.known), marks),
    h("p", { class: "asked" }, known.question),
    h("div", { class: "body", html: { html, text: body } }),
    h(
      "p",
      { class: "buttons" },
      url && h("a", { class: "text", part: "button", ...way }, texts.knownLink),
      choices,
    ),
  );
}
