/** <answerback-ask>: the visitor's private conversation about the page. */

import type { ChatState, ChatStore } from "../chat.js";
import type { Config } from "../config.js";
import { isUsedUp } from "../core/allowance.js";
import { viewOf } from "../core/answer_view.js";
import { lengthOf, QUESTION_LIMIT } from "../core/limits.js";
import { withoutRetried } from "../core/talk.js";
import { counted, fill } from "../core/texts.js";
import { clockTime } from "../core/time.js";
import type { ChatEntry, Opinion } from "../core/types.js";
import { type Child, h } from "../dom.js";
import type { Locale } from "../locale.js";
import { type Lease, leaseChat } from "../registry.js";
import { BaseElement } from "./base_element.js";
import { knownCard, takenNote } from "./known.js";
import { quotaLine } from "./quota.js";
import { icon, note, problemText, solidButton, textButton } from "./view.js";

export class AskElement extends BaseElement<ChatStore> {
  #feedback: Record<string, boolean> = {};
  #last = "";

  protected lend(config: Config): Lease<ChatStore> {
    return leaseChat(config);
  }

  protected view(locale: Locale, config: Config): Child[] {
    const { state } = this.store;
    const { info } = this;
    // Where nothing can be asked there is nothing to show; nor where the server does not answer.
    if (state.status === "failed" && !info) return [];
    if (info && (info.provider === "off" || info.settings.ai === "off")) return [];
    const { texts } = locale;
    const entries = withoutRetried(state.entries).map((entry) => this.#entry(entry, locale, config));
    return [
      h(
        "section",
        { class: "ask", part: "ask", "aria-label": texts.askHeading },
        h(
          "header",
          { class: "ask-head" },
          h("h2", { class: "title", part: "heading" }, icon("spark"), texts.askHeading),
          quotaLine(info?.quota, locale),
        ),
        entries.length > 0
          ? h(
              "div",
              {
                class: "talk",
                part: "conversation",
                role: "log",
                "aria-live": "off",
                tabindex: 0,
                "aria-label": texts.askHeading,
              },
              entries,
            )
          : h("p", { class: "muted small" }, info?.provider === "quote" ? texts.askQuotes : texts.askEmpty),
        this.#problem(state, locale),
        ...this.#form(state, locale),
        this.#known(state, locale, config),
        entries.length > 0 && h("p", { class: "muted small ask-note" }, texts.askPrivate),
      ),
    ];
  }

  #entry(entry: ChatEntry, locale: Locale, { url }: Config): Child {
    const { texts } = locale;
    if (entry.role === "user") {
      const said = h("p", { class: "question", part: "question", dir: "auto" }, entry.content);
      return h("div", { key: entry.id }, h("span", { class: "unseen" }, texts.you), said);
    }
    const store = this.store;
    const sent = !entry.id.startsWith("local-");
    const feedback = sent ? this.#feedback[entry.id] : null;
    const { id, content: text, html } = entry;
    const answer = viewOf({ id, text, html }, entry, this.info?.provider === "quote", sent);
    const mayAsk = !store.running && !entry.retry_at && !isUsedUp(this.info?.quota);
    // The key outlives the id, which the server gives later.
    return h("answerback-answer", {
      key: `answer ${entry.key ?? entry.id}`,
      ".data": { answer, ...locale, url, feedback, mayAsk, pinned: false, versions: null },
      onstop: () => void store.stop(id),
      onagain: () => store.again(id),
      onfeedback: (event: Event) => this.#rate(id, (event as CustomEvent<Opinion>).detail),
    });
  }

  #rate(id: string, opinion: Opinion): void {
    this.#feedback = { ...this.#feedback, [id]: opinion.helpful };
    void this.store.feedback(id, opinion);
    this.draw();
  }

  #problem({ problem }: ChatState, { texts, lang }: Locale): Child {
    const quota = this.info?.quota ?? null;
    if (quota && isUsedUp(quota)) {
      const again = clockTime(quota.resets_at, Date.now(), lang);
      return note("status", fill(texts.askUsedUp, { time: again }), { part: "refused" });
    }
    return problem && note("alert", problemText(texts, problem.code));
  }

  /** Nothing is asked before the visitor has seen what is answered already. */
  #known({ known, taken, draft }: ChatState, locale: Locale, { url }: Config): Child {
    const { texts } = locale;
    const { store } = this;
    const back = (work: () => void) => () => {
      work();
      this.shadowRoot?.querySelector("textarea")?.focus();
    };
    const ask = back(() => void store.ask(draft.trim()));
    const enough = back(() => store.takeOut());
    const undo = back(() => store.setDraft(taken));
    if (!known) return taken && takenNote(locale, undo);
    const choices = [textButton(texts.knownAsk, ask), solidButton(texts.knownYes, enough)];
    return knownCard(known, locale, url, choices);
  }

  #form({ draft, looking }: ChatState, { texts, lang }: Locale): Child[] {
    const store = this.store;
    const over = lengthOf(draft.trim()) - QUESTION_LIMIT;
    const busy = looking || store.running !== null;
    const ready = !busy && draft.trim() !== "" && over <= 0 && !isUsedUp(this.info?.quota);
    const onsubmit = (event: Event) => {
      event.preventDefault();
      // What is drawn may be a frame behind what is typed.
      const text = store.state.draft.trim();
      // Nothing is asked before it is known about which page.
      this.refresh();
      if (this.store !== store) store.setDraft("");
      if (text && lengthOf(text) <= QUESTION_LIMIT && !isUsedUp(this.info?.quota)) void this.store.ask(text);
    };
    const field = {
      part: "input",
      rows: 1,
      readonly: looking,
      placeholder: texts.askHint,
      "aria-label": texts.askInput,
      enterkeyhint: "send",
      ".value": draft,
      oninput: (event: Event) => store.setDraft((event.target as HTMLTextAreaElement).value),
      onkeydown: (event: Event) => {
        const { key, shiftKey, isComposing, keyCode } = event as KeyboardEvent;
        // Enter also ends the composing of a Korean syllable; Safari tells that by 229 alone.
        if (key !== "Enter" || shiftKey || isComposing || keyCode === 229) return;
        onsubmit(event);
      },
    };
    const send = { type: "submit", class: "send", part: "button send", disabled: !ready };
    return [
      over > 0 && note("alert", counted(texts.tooLong, over, lang)),
      h(
        "form",
        { class: "ask-form", onsubmit },
        h("textarea", field),
        h("button", { ...send, "aria-label": texts.askSend, title: texts.askSend }, icon("send")),
      ),
    ];
  }

  /** The newest words stay in sight, unless one has scrolled up to read. */
  protected override drawn(root: HTMLElement): void {
    const talk = root.querySelector(".talk");
    const last = this.store.state.entries.at(-1);
    if (!talk || !last) return;
    const asked = last.key !== this.#last;
    const near = talk.scrollHeight - talk.scrollTop - talk.clientHeight < 120;
    this.#last = last.key ?? "";
    if (asked || near) talk.scrollTop = talk.scrollHeight;
  }
}
