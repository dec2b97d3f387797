/** Names shared by several files. */

export const COMMENTS = "answerback-comments";
export const ASK = "answerback-ask";
export const COUNT = "answerback-count";
export const OUTER = `${COMMENTS},${ASK},${COUNT}`;

/** How far below the viewport the widget starts to load. */
export const MARGIN = "1000px 0px";

export const EVENTS = {
  ready: "answerback:ready",
  comment: "answerback:comment",
  answer: "answerback:answer",
  error: "answerback:error",
} as const;

export const PERMALINK = "answerback-";
export const HIGHLIGHT = "answerback-source";
