/** What was asked and answered in private, and what stands around the next question. */

import { clockTime } from "../answers/clock.js";
import { isUsedUp } from "../core/allowance.js";
import { fill } from "../core/texts.js";
import type { ChatEntry, Opinion } from "../core/types.js";
import { type Child, h } from "../dom.js";
import type { Asking } from "../elements/ask.js";
import { note, problemText, textButton } from "../elements/view.js";
import { solidButton } from "./fields.js";
import { knownCard, takenNote } from "./known.js";
import { withoutRetried } from "./talk.js";

export function conversation(asking: Asking): Child {
  const entries = withoutRetried(asking.store.state.entries).map((each) => entry(each, asking));
  const label = asking.texts.askHeading;
  const log = { role: "log", "aria-live": "off", tabindex: 0, "aria-label": label };
  return h("div", { key: "talk", class: "talk", part: "conversation", ...log }, entries);
}

function entry(said: ChatEntry, { store, info, url, feedback, rate, lang, texts }: Asking): Child {
  if (said.role === "user") {
    const question = h("p", { class: "question", part: "question", dir: "auto" }, said.content);
    return h("div", { key: said.id }, h("span", { class: "unseen" }, texts.you), question);
  }
  const { id, content: text, html } = said;
  const sent = !id.startsWith("local-");
  const mayAsk = !store.running && !said.retry_at && !isUsedUp(info?.quota);
  const given = sent ? feedback[id] : null;
  // The key is stable; the server's id comes later.
  return h("answerback-answer", {
    key: `answer ${said.key ?? id}`,
    ".data": {
      ...{ id, text, html, given: said, quotes: info?.provider === "quote", mine: sent },
      ...{ lang, texts, url, feedback: given, mayAsk, pinned: false, versions: null },
    },
    onstop: () => void store.do("stop", id),
    onagain: () => void store.do("again", id),
    onfeedback: (event: Event) => {
      const opinion = (event as CustomEvent<Opinion>).detail;
      rate(id, opinion.helpful);
      void store.do("feedback", id, opinion);
    },
  });
}

/** Why nothing more can be asked. */
export function askProblem({ store, info, texts, lang }: Asking): Child {
  const { problem } = store.state;
  const { quota } = info ?? {};
  if (quota && isUsedUp(quota)) {
    const again = clockTime(quota.resets_at, Date.now(), lang);
    return note("status", fill(texts.askUsedUp, { time: again }), { key: "used up", part: "refused" });
  }
  return problem && note("alert", problemText(texts, problem.code));
}

/** What stands below the field. */
export function askBelow(asking: Asking, notice: string): Child[] {
  const { store, texts } = asking;
  return [
    known(asking),
    store.state.entries.length > 0 &&
      h("p", { class: "muted small", part: "ask-notice" }, texts.askPrivate, ` ${notice}`),
  ];
}

/** Nothing is asked before the visitor has seen what is answered already. */
function known({ store, texts, lang, url, focus }: Asking): Child {
  const { known, taken, draft } = store.state;
  const back = (work: () => void) => () => {
    work();
    focus();
  };
  const ask = back(() => void store.do("ask", draft.trim()));
  const enough = back(() => void store.do("takeOut"));
  const undo = back(() => store.setDraft(taken));
  if (!known) return taken && takenNote({ texts, lang }, undo);
  const choices = [textButton(texts.knownAsk, ask), solidButton(texts.knownYes, enough)];
  return knownCard(known, { texts, lang }, url, choices);
}
