/** What shows answers: fetched for threads that have some, and when somebody asks. */

import type { Texts } from "../locale.js";
import { AnswerElement } from "./answer.js";
import { SourcesView } from "./sources.js";

/** The texts of answers in the language that the build has made this file for. */
declare const ANSWER_TEXTS: Partial<Texts>;

export { default as css } from "../styles/answer.css";
export { applyDelta } from "./streaming.js";
export const words = ANSWER_TEXTS;

const ELEMENTS = { "answerback-sources": SourcesView, "answerback-answer": AnswerElement };

/** Elements that stand in the page already become what they are. */
export function define(): void {
  for (const [name, element] of Object.entries(ELEMENTS)) {
    if (!customElements.get(name)) customElements.define(name, element);
  }
}
