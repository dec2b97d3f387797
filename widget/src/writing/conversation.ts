/** The private conversation, and the controls around the next question. */

import { clockTime } from "../answers/clock.js";
import { showQuote } from "../answers/showing.js";
import type { ChatStore } from "../chat.js";
import { isUsedUp } from "../core/allowance.js";
import { askedOf } from "../core/asked_passage.js";
import { lengthOf, QUESTION_LIMIT } from "../core/limits.js";
import { counted, fill } from "../core/texts.js";
import type { ChatEntry, Opinion } from "../core/types.js";
import { type Child, h } from "../dom.js";
import type { Asking } from "../elements/ask.js";
import { icon, note, problemText, textButton } from "../elements/view.js";
import { markAsked } from "./asked_passages.js";
import { solidButton } from "./fields.js";
import { knownCard, takenNote } from "./known.js";
import { aboutButton } from "./selecting.js";
import { withoutRetried } from "./talk.js";

const CROSS = "M4.2 3.1 8 6.9l3.8-3.8 1.1 1.1L9.1 8l3.8 3.8-1.1 1.1L8 9.1l-3.8 3.8-1.1-1.1L6.9 8 3.1 4.2z";

export function conversation(asking: Asking): Child {
  const entries = withoutRetried(asking.store.state.entries).map((each) => entry(each, asking));
  const label = asking.texts.askHeading;
  const log = { role: "log", "aria-live": "off", tabindex: 0, "aria-label": label };
  return h("div", { key: "talk", class: "talk", part: "conversation", ...log }, entries);
}

function entry(said: ChatEntry, { store, info, url, feedback, rate, lang, texts }: Asking): Child {
  if (said.role === "user") {
    const { quote, text } = askedOf(said.content);
    const question = h("p", { class: "question", part: "question", dir: "auto" }, text);
    const about = quote && passage(quote, store, texts.showSource);
    return h("div", { key: said.id }, h("span", { class: "unseen" }, texts.you), about, question);
  }
  const { id, content: text, html } = said;
  const sent = !id.startsWith("local-");
  const mayAsk = !store.running && !said.retry_at && !isUsedUp(info?.quota);
  const given = sent ? feedback[id] : null;
  // The key is stable; the server's ID comes later.
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

/** The passage that a question is about, with a link to it. */
function passage(quote: string, store: ChatStore, title: string): Child {
  const onclick = async () => store.signal({ say: (await showQuote(quote)) ? "marked" : "absent" });
  return h("button", { type: "button", class: "about", part: "about", dir: "auto", title, onclick }, quote);
}

/** What is above the field: the question's passage, and why no more questions are possible. */
export function askAbove(asking: Asking): Child[] {
  const { store, texts, lang, focus } = asking;
  const { quote, draft } = store.state;
  const over = lengthOf(draft.trim()) - QUESTION_LIMIT;
  const leave = () => void store.do("leavePassage").then(focus);
  const props = { class: "text drop", "aria-label": texts.askWhole, title: texts.askWhole };
  const about =
    quote &&
    h(
      "div",
      { key: "passage", class: "passage" },
      passage(quote, store, texts.showSource),
      textButton(icon(CROSS), leave, props),
    );
  return [about, problem(asking), over > 0 && note("alert", counted(texts.tooLong, over, lang))];
}

function problem({ store, info, texts, lang }: Asking): Child {
  const { problem } = store.state;
  const { quota } = info ?? {};
  if (quota && isUsedUp(quota)) {
    const again = clockTime(quota.resets_at, Date.now(), lang);
    return note("status", fill(texts.askUsedUp, { time: again }), { key: "used up", part: "refused" });
  }
  return problem && note("alert", problemText(texts, problem.code));
}

/** What is below the field. */
export function askBelow(asking: Asking, notice: string): Child[] {
  const { store, texts } = asking;
  markAsked(store.state);
  return [
    !isUsedUp(asking.info?.quota) && aboutButton(asking),
    known(asking),
    store.state.entries.length > 0 &&
      h("p", { class: "muted small", part: "ask-notice" }, texts.askPrivate, ` ${notice}`),
  ];
}

/** An existing answer, shown before the question is sent. */
function known({ store, texts, lang, url, focus }: Asking): Child {
  const { known, taken, draft } = store.state;
  const back = (work: () => void) => () => {
    work();
    focus();
  };
  const ask = back(() => void store.do("ask", draft.trim()));
  const enough = back(() => void store.do("takeOut"));
  const undo = back(() => void store.do("putBack", taken));
  if (!known) return taken && takenNote({ texts, lang }, undo);
  const choices = [textButton(texts.knownAsk, ask), solidButton(texts.knownYes, enough)];
  return knownCard(known, { texts, lang }, url, choices);
}
