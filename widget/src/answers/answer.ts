/** <answerback-answer>: an answer in any state. Fires `stop`, `again`, `feedback` and `report`. */

import { fill } from "../core/texts.js";
import { isRunning } from "../core/tree.js";
import type { Answer, AnswerView, Opinion, Revision } from "../core/types.js";
import { type Child, h } from "../dom.js";
import { badge, ICON, icon, problemIn, textButton, View } from "../elements/view.js";
import type { Locale, Texts } from "../locale.js";
import { toWrite, writing } from "../parts.js";
import { viewOf } from "./answer_view.js";
import { clockTime } from "./clock.js";
import { CHECK, QUOTE, STOP } from "./icons.js";
import { lightly } from "./streaming.js";

const BROKEN_OFF = ["answer_failed", "cut", "malformed", "stalled", "timeout"];
/** Failure codes worth explaining to readers. */
const TOLD = ["offline", "budget_exhausted", "ai_off"];

/** An answer's data, from its comment or from the private conversation. */
export interface AnswerData extends Locale {
  id: string;
  text: string;
  html: string;
  given: Partial<Answer>;
  /** Whether it awaits the owner's approval; only its asker sees it. */
  draft?: boolean;
  /** Whether the site answers with quotations. */
  quotes: boolean;
  /** Whether this visitor asked for it. */
  mine: boolean;
  url: string;
  pinned: boolean;
  /** This visitor's rating; null hides the rating prompt. */
  feedback: boolean | undefined | null;
  mayAsk: boolean;
  /** Loads its revision history; null in a private conversation. */
  versions: ((id: string) => Promise<Revision[] | null | undefined>) | null;
}

/** The data plus values derived from it. */
interface Shown extends AnswerData {
  answer: AnswerView;
}

const WITHHELD = { state: "withheld", revised_at: null } as const;

/**
 * If an answer failed before it started, its text is a notice in the site's language; we show our own in the
 * reader's.
 */
function hasWords({ state, code, retryAt, text }: AnswerView): boolean {
  return state !== "failed" || (!retryAt && text !== "" && BROKEN_OFF.includes(code ?? ""));
}

function labelOf({ quoting, verified, revised }: AnswerView, { texts }: Locale): string {
  return quoting ? texts.sources : verified && revised ? texts.answer : texts.aiAnswer;
}

/** Matches code, links and tags, which are left alone, or a citation mark outside them. */
const MARKS = /<(pre|code|a)\b.*?<\/\1>|<[^>]*>|\[(\d\d?)\]/gs;

/** Turns citation marks such as [1] in safe HTML into links. */
export const withMarks = (html: string, count: number): string =>
  html.replace(MARKS, (all, _, number) =>
    number > 0 && number <= count ? `<a href="#" role="button" data-source="${number}">${all}</a>` : all,
  );

export class AnswerElement extends View<AnswerData> {
  #form: "why" | "report" | null = null;
  #versions: Revision[] | "loading" | "failed" | null = null;

  /** Reapplies data set before the element was upgraded: it shadows the accessors. */
  connectedCallback(): void {
    if (!Object.hasOwn(this, "data")) return;
    const { data } = this;
    delete (this as { data?: unknown }).data;
    this.data = data;
  }

  protected override changed({ text }: AnswerData, before: AnswerData | null): void {
    if (before && before.text !== text) this.#versions = null;
  }

  protected view(given: AnswerData): Child[] {
    const known = given.draft ? { ...given.given, ...WITHHELD } : given.given;
    const answer = viewOf(given, known, given.quotes, given.mine);
    const data: Shown = { ...given, answer };
    const running = isRunning(answer);
    const props = {
      class: "answer",
      part: "answer",
      role: "group",
      "data-state": answer.state,
      "data-digital-source-type": answer.origin,
      "data-quoting": answer.quoting && answer.sources.length > 0,
      "aria-busy": running,
      "aria-label": labelOf(answer, data),
      onkeydown: (event: Event) => {
        if ((event as KeyboardEvent).key !== "Escape") return;
        if (this.#form) void this.#show(null);
        else if (this.#versions) void this.#toggle(data);
      },
    };
    const body = [this.#body(data), this.#ending(data)];
    return [h("div", props, this.#head(data, running), body, running ? null : this.#foot(data))];
  }

  #head(data: Shown, running: boolean): Child {
    const { answer, texts, pinned } = data;
    const { quoting, verified, revised, outdated, state, mine } = answer;
    const drawn = quoting ? QUOTE : ICON.spark;
    return h(
      "div",
      { class: "answer-head" },
      h("span", { class: "label", part: "answer-label" }, icon(drawn), labelOf(answer, data)),
      pinned && badge(texts.pinned, ICON.pin),
      verified && badge(revised ? texts.corrected : texts.verified, CHECK, "good"),
      revised && !verified && state === "done" && badge(texts.renewed),
      outdated && badge(texts.outdated, "", "old"),
      running &&
        mine &&
        textButton([icon(STOP), texts.stop], () => this.tell("stop"), {
          class: "text stop",
          part: "button stop",
        }),
    );
  }

  #body({ answer, texts }: Shown): Child {
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
    const props = { key: "html", class: "body", part: "body", lang: "", onclick: this.#follow };
    return h("div", { ...props, html: { html: withMarks(html, answer.sources.length), text } });
  }

  /** Opens the source of a clicked citation mark. */
  #follow = (event: Event): void => {
    const mark = (event.target as Element).closest<HTMLElement>("[data-source]");
    if (!mark) return;
    event.preventDefault();
    this.querySelectorAll<HTMLElement>(".source")[Number(mark.dataset.source) - 1]?.click();
  };

  #ending({ answer, texts, lang, mayAsk }: Shown): Child {
    const { state, retryAt, revised } = answer;
    if (state === "withheld") return h("p", { class: "muted" }, revised ? texts.withdrawn : texts.withheld);
    if (state !== "failed" && state !== "stopped") return null;
    const code = TOLD.find((known) => known === answer.code);
    const failed =
      (retryAt && fill(texts.retryAt, { time: clockTime(retryAt, Date.now(), lang) })) ||
      (code ? problemIn(texts, code) : texts[hasWords(answer) ? "failed" : "unanswered"]);
    return h(
      "p",
      { class: "ending" },
      h("span", { class: state === "failed" ? "bad" : "muted" }, state === "failed" ? failed : texts.stopped),
      mayAsk && (!code || code === "offline") && textButton(texts.tryAgain, () => this.tell("again")),
    );
  }

  #foot(data: Shown): Child[] {
    const { answer, texts, lang, url } = data;
    const { state, sources, quoting, verified } = answer;
    const over = state === "done" || state === "stopped";
    const caution = quoting ? sources.length > 0 && texts.quoteCaution : !verified && texts.aiCaution;
    const tools = this.#tools(data, over);
    return [
      over && sources.length > 0 && h("answerback-sources", { ".data": { sources, url, texts, lang } }),
      h(
        "div",
        { class: "answer-foot muted small", part: "answer-foot" },
        over && caution && h("span", null, caution),
        tools.some(Boolean) && h("span", { class: "tools" }, tools),
      ),
      this.#form && this.#asking(texts, this.#form),
      this.#versions && this.#versions !== "loading" && writing()?.history(this.#versions, answer, data),
    ];
  }

  #tools(data: Shown, over: boolean): Child[] {
    const { answer, texts, versions } = data;
    const { state, revised, verified } = answer;
    const toggle = () => void this.#toggle(data);
    const open = this.#versions !== null;
    return [
      state === "done" && this.#feedback(data),
      over &&
        versions &&
        textButton(texts.report, () => void this.#show(this.#form ? null : "report"), {
          class: "text reporting",
          part: "button report",
          "aria-expanded": this.#form === "report",
        }),
      versions &&
        (revised || verified) &&
        textButton(texts.history, toggle, {
          class: "text history-of",
          part: "button versions",
          "aria-expanded": open,
        }),
    ];
  }

  #feedback({ feedback, texts }: AnswerData): Child {
    if (feedback === null) return null;
    const rate = (helpful: boolean) => {
      this.tell("feedback", { helpful, reason: "" } satisfies Opinion);
      void this.#show(helpful ? null : "why");
    };
    const choice = (helpful: boolean, label: string) =>
      textButton(label, () => rate(helpful), { "aria-pressed": feedback === helpful });
    return h(
      "span",
      { class: "feedback", part: "feedback", role: "group", "aria-label": texts.helpful },
      feedback === undefined ? texts.helpful : texts.thanks,
      choice(true, texts.yes),
      choice(false, texts.no),
    );
  }

  #asking(texts: Texts, form: "why" | "report"): Child {
    const close = () => void this.#show(null);
    if (form === "report") return writing()?.reportForm(texts, (said) => this.tell("report", said), close);
    const send = (reason: string) => {
      if (reason) this.tell("feedback", { helpful: false, reason } satisfies Opinion);
    };
    return writing()?.reasonForm(texts, send, close);
  }

  async #show(form: "why" | "report" | null): Promise<void> {
    if (form) await toWrite();
    const closed = this.#form;
    this.#form = form;
    this.draw();
    const back = closed && (closed === "why" ? ".feedback button:last-child" : ".reporting");
    const next = form ? "[data-first]" : back;
    if (next) this.querySelector<HTMLElement>(next)?.focus();
  }

  async #toggle({ id, versions }: AnswerData): Promise<void> {
    this.#versions = this.#versions ? null : "loading";
    this.draw();
    this.querySelector<HTMLElement>(".history-of")?.focus();
    const found = this.#versions && (await versions?.(id));
    if (this.#versions !== "loading") return;
    this.#versions = found ?? "failed";
    this.draw();
  }
}
