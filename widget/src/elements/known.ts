/** What the site has answered already, and the way to it. */

import { PERMALINK } from "../constants.js";
import { isHere } from "../core/quote.js";
import type { KnownAnswer } from "../core/types.js";
import { type Child, h, type Props } from "../dom.js";
import type { Locale } from "../locale.js";
import { badge, icon, note, textButton } from "./view.js";

/** A link's attributes: to a comment of this page by its fragment, which the thread listens to, else in a new tab. */
export function wayTo(url: string, here: string): Props {
  if (!isHere(url, here)) {
    return { href: /^https?:/i.test(url) ? url : null, target: "_blank", rel: "noopener" };
  }
  const { hash } = new URL(url, here);
  // The same fragment once more changes nothing by itself.
  const onclick = () => location.hash === hash && dispatchEvent(new Event("hashchange"));
  return { href: hash, onclick };
}

/** Gives back what was taken out of the field, since it is answered already. */
export function takenNote({ texts }: Locale, undo: () => void): Child {
  return note("status", textButton(texts.undo, undo));
}

/** An answer of before, with what one may do about it. */
export function knownCard(known: KnownAnswer, { texts }: Locale, here: string, choices: Child[]): Child {
  const { html, body, author_kind, verified_by_owner, revised_at, url, id } = known;
  const mark =
    author_kind === "owner"
      ? badge(texts.owner)
      : verified_by_owner && badge(revised_at ? texts.corrected : texts.verified, "check", "good");
  const way = wayTo(`${url}#${PERMALINK}${id}`, here);
  return h(
    "section",
    { key: "known", class: "answer known", part: "known", "aria-label": texts.known },
    h("p", { class: "answer-head" }, h("span", { class: "label" }, icon("check"), texts.known), mark),
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
