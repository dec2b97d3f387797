/** <answerback-answer>: an answer in whatever state it is. Tells `stop`, `again` and `feedback`. */

import { lightly } from "../core/streaming.js";
import { clockTime } from "../core/time.js";
import type { AnswerView } from "../core/types.js";
import { type Child, h } from "../dom.js";
import { icon, type Tongue, textButton, View } from "./view.js";

const BROKEN_OFF = ["answer_failed", "cut", "malformed", "stalled", "timeout"];

export interface AnswerData extends Tongue {
  answer: AnswerView;
  url: string;
  /** What this visitor said of it; null hides the question. */
  feedback: boolean | undefined | null;
  mayAsk: boolean;
}

/** Of a failed answer that never began, the server's text says so in the site's language; we say it in the reader's. */
function hasWords({ state, code, retryAt, text }: AnswerView): boolean {
  return state !== "failed" || (!retryAt && text !== "" && BROKEN_OFF.includes(code ?? ""));
}

export class AnswerElement extends View<AnswerData> {
  protected view(data: AnswerData): Child[] {
    const { answer, texts, lang } = data;
    const running = answer.state === "queued" || answer.state === "streaming";
    const props = {
      class: "answer",
      part: "answer",
      role: "group",
      "data-state": answer.state,
      "data-quoting": answer.quoting && answer.sources.length > 0,
      "aria-busy": running,
      "aria-label": answer.quoting ? texts.quotes : texts.aiAnswer,
      lang,
    };
    const body = [this.#body(data), this.#ending(data)];
    return [h("div", props, this.#head(data, running), body, running ? null : this.#foot(data))];
  }

  #head({ answer, texts }: AnswerData, running: boolean): Child {
    const label = answer.quoting ? texts.quotes : texts.aiAnswer;
    return h(
      "div",
      { class: "answer-head" },
      h("span", { class: "label", part: "answer-label" }, icon(answer.quoting ? "quote" : "spark"), label),
      answer.verified && h("span", { class: "badge good" }, icon("check"), texts.verified),
      running &&
        answer.mine &&
        h(
          "button",
          { type: "button", class: "text stop", part: "button stop", onclick: () => this.tell("stop") },
          icon("stop"),
          texts.stop,
        ),
    );
  }

  #body({ answer, texts }: AnswerData): Child {
    const { state, text, html } = answer;
    if (state === "withheld" || !hasWords(answer)) return null;
    if (state === "queued" || (state === "streaming" && !text)) {
      return h("p", { key: "wait", class: "waiting muted" }, h("span", { class: "dots" }), texts.queued);
    }
    if (state === "streaming") {
      const caret = h("span", { class: "caret", "aria-hidden": true });
      const runs = lightly(text).map((run) => (run.strong ? h("strong", null, run.text) : run.text));
      return h("div", { key: "text", class: "body plain", part: "body" }, runs, caret);
    }
    if (!html && !text) return null;
    if (!html) return h("div", { key: "text", class: "body plain", part: "body" }, text);
    return h("div", { key: "html", class: "body", part: "body", html: { html, text } });
  }

  #ending({ answer, texts, lang, mayAsk }: AnswerData): Child {
    const { state, retryAt } = answer;
    if (state === "withheld") return h("p", { class: "muted" }, texts.withheld);
    if (state !== "failed" && state !== "stopped") return null;
    const again = retryAt && texts.retryAt(clockTime(retryAt, Date.now(), lang));
    const failed =
      again ||
      (answer.code === "offline" && texts.problems.offline) ||
      texts[hasWords(answer) ? "failed" : "unanswered"];
    return h(
      "p",
      { class: "ending" },
      h("span", { class: state === "failed" ? "bad" : "muted" }, state === "failed" ? failed : texts.stopped),
      mayAsk && textButton(texts.tryAgain, () => this.tell("again")),
    );
  }

  #foot(data: AnswerData): Child[] {
    const { answer, texts, lang, url } = data;
    if (answer.state !== "done" && answer.state !== "stopped") return [];
    const { sources, quoting } = answer;
    const caution = quoting ? sources.length > 0 && texts.quoteCaution : texts.aiCaution;
    return [
      sources.length > 0 && h("answerback-sources", { ".data": { sources, url, texts, lang } }),
      h(
        "div",
        { class: "answer-foot small muted" },
        caution && h("span", null, caution),
        answer.state === "done" && this.#feedback(data),
      ),
    ];
  }

  #feedback({ feedback, texts }: AnswerData): Child {
    if (feedback === null) return null;
    const choice = (helpful: boolean, label: string) =>
      textButton(label, () => this.tell("feedback", helpful), {
        "aria-pressed": feedback === helpful,
      });
    return h(
      "span",
      { class: "feedback", role: "group", "aria-label": texts.helpful },
      feedback === undefined ? texts.helpful : texts.thanks,
      choice(true, texts.yes),
      choice(false, texts.no),
    );
  }
}
