/** The signed-in visitor. */

import { addressOf } from "../api.js";
import type { Visitor } from "../core/types.js";
import { type Child, h } from "../dom.js";
import { textButton } from "../elements/view.js";
import type { Locale } from "../locale.js";
import type { Session } from "../session.js";

export function account({ name }: Visitor, session: Session, { lang, texts }: Locale): Child[] {
  const { href } = addressOf(session.api.base, "account/", { site: session.site, lang });
  const page = { class: "text", part: "account", href, target: "_blank", rel: "noopener" };
  return [
    h("a", { ...page, title: texts.account }, name || texts.account),
    textButton(texts.signOut, () => void session.do("leave")),
  ];
}
