/** What the parts that are fetched on demand have in common with what is there: the build hands it to them. */

export { addressOf, Problem, problemOf } from "./api.js";
export { EVENTS, HIGHLIGHT, OUTER, PERMALINK } from "./constants.js";
export { isOwn, isUsedUp } from "./core/allowance.js";
export { viewOf } from "./core/answer_view.js";
export { splice } from "./core/streaming.js";
export { counted, fill } from "./core/texts.js";
export { clockTime, fullTime, relativeTime } from "./core/time.js";
export { change, find, isRunning, upsert } from "./core/tree.js";
export { h, scrolling, styleSheet } from "./dom.js";
export {
  badge,
  icon,
  note,
  problemIn,
  problemText,
  skeleton,
  solidButton,
  textButton,
  typed,
} from "./elements/view.js";
export { wayTo } from "./elements/way.js";
export { pause } from "./retrying.js";
export { become } from "./rows.js";
export { ASKS } from "./session.js";
export { BrowserStorage, newKey } from "./storage.js";
