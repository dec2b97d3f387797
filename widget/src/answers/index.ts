/** The part that renders answers: lazy-loaded for threads that have answers, and when a visitor asks. */

import type { Texts } from "../locale.js";
import { AnswerElement } from "./answer.js";
import { SourcesView } from "./sources.js";

/** The answer texts in the language that this file was built for. */
declare const ANSWER_TEXTS: Partial<Texts>;

export { default as css } from "../styles/answer.css";
export { applyDelta } from "./streaming.js";
export const words = ANSWER_TEXTS;

const ELEMENTS = { "answerback-sources": SourcesView, "answerback-answer": AnswerElement };

/** Defines the custom elements, which upgrades those already in the page. */
export function define(): void {
  for (const [name, element] of Object.entries(ELEMENTS)) {
    if (!customElements.get(name)) customElements.define(name, element);
  }
}
