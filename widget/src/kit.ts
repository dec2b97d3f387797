/** What the main bundle shares with the lazy-loaded parts: the build passes these exports to them. */

export { addressOf, Problem, problemOf } from "./api.js";
export { EVENTS, HIGHLIGHT, OUTER, PERMALINK } from "./constants.js";
export { isOwn, isUsedUp } from "./core/allowance.js";
export { counted, fill } from "./core/texts.js";
export { fullTime, relativeTime } from "./core/time.js";
export { change, count, find, isRunning, upsert } from "./core/tree.js";
export { h, scrolling, styleSheet } from "./dom.js";
export {
  badge,
  ICON,
  icon,
  note,
  problemIn,
  problemText,
  skeleton,
  textButton,
  View,
} from "./elements/view.js";
export { highlighting, toWrite, writing } from "./parts.js";
export { pause } from "./retrying.js";
export { become } from "./rows.js";
export { ASKS } from "./session.js";
export { BrowserStorage } from "./storage.js";
