/** <answerback-ask>: the visitor's private conversation about the page. */

import type { ChatState, ChatStore } from "../chat.js";
import type { Config } from "../config.js";
import { COMMENTS } from "../constants.js";
import { isUsedUp } from "../core/allowance.js";
import { isLasting, lengthOf, QUESTION_LIMIT } from "../core/limits.js";
import { type Child, h } from "../dom.js";
import type { Locale } from "../locale.js";
import { writing } from "../parts.js";
import { type Lease, leaseChat } from "../registry.js";
import type { Info } from "../session.js";
import { BaseElement } from "./base_element.js";
import { askNotice, ICON, icon, refusedNote } from "./view.js";

/** What the conversation view needs from its element. */
export interface Asking extends Locale {
  store: ChatStore;
  info: Info | null;
  url: string;
  feedback: Record<string, boolean>;
  rate: (id: string, helpful: boolean) => void;
  focus: () => void;
}

export class AskElement extends BaseElement<ChatStore> {
  #feedback: Record<string, boolean> = {};
  #last = "";

  protected lend(config: Config): Lease<ChatStore> {
    return leaseChat(config);
  }

  protected get whole(): boolean {
    return this.store.state.status !== "loading";
  }

  protected view(locale: Locale, { url }: Config): Child[] {
    const { store, info } = this;
    const { state } = store;
    // Render nothing if asking is impossible or the server is down. Show a permanent refusal, unless the
    // comments do.
    const code = state.problem?.code;
    if (state.status === "failed" && !info)
      return [isLasting(code) && !document.querySelector(COMMENTS) && refusedNote(locale.texts, code)];
    // Keep the reserved space empty until the settings have loaded: the notice would shift what is below it.
    if (!info || info.provider === "off" || info.settings.ai === "off") return [];
    const { texts } = locale;
    const notice = askNotice(texts, info);
    const part = writing();
    const rate = (id: string, helpful: boolean) => {
      this.#feedback = { ...this.#feedback, [id]: helpful };
      this.draw();
    };
    const focus = () => this.shadowRoot?.querySelector("textarea")?.focus();
    const asking: Asking = { ...locale, store, info, url, feedback: this.#feedback, rate, focus };
    return [
      h(
        "section",
        { class: "ask", part: "ask", "aria-label": texts.askHeading },
        h(
          "header",
          { class: "ask-head" },
          h("h2", { class: "title", part: "heading" }, icon(ICON.spark), texts.askHeading),
          part?.quotaLine(info, locale),
        ),
        (state.entries.length > 0 && part?.conversation(asking)) ||
          h("p", { class: "muted small", part: "ask-notice" }, notice),
        part?.askAbove(asking),
        this.#form(state, locale),
        ...(part?.askBelow(asking, notice) ?? []),
      ),
    ];
  }

  #form({ draft, looking }: ChatState, { texts }: Locale): Child {
    const store = this.store;
    const over = lengthOf(draft.trim()) - QUESTION_LIMIT;
    const busy = looking || store.running !== null;
    const ready = !busy && draft.trim() !== "" && over <= 0 && !isUsedUp(this.info?.quota);
    const onsubmit = (event: Event) => {
      event.preventDefault();
      // Rendering may lag a frame behind typing.
      const text = store.state.draft.trim();
      // Pick up the current page key first.
      this.refresh();
      if (this.store !== store) store.setDraft("");
      if (text && lengthOf(text) <= QUESTION_LIMIT && !isUsedUp(this.info?.quota))
        void this.store.do("ask", text);
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
        // Enter also ends IME composition; Safari reports that as keyCode 229 only.
        if (key !== "Enter" || shiftKey || isComposing || keyCode === 229) return;
        onsubmit(event);
      },
    };
    // The disabled attribute would drop the focus.
    const send = { type: "submit", class: "send", part: "button send", "aria-disabled": !ready };
    return h(
      "form",
      { class: "ask-form", onsubmit },
      h("textarea", field),
      h("button", { ...send, "aria-label": texts.askSend, title: texts.askSend }, icon(ICON.send)),
    );
  }

  /** Keeps the newest text in view, unless the visitor has scrolled up to read. */
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
