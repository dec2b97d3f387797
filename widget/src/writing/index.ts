/** The part that is lazy-loaded when somebody starts to write, ask or sign in. */

export { default as css } from "../styles/writing.css";
export { account } from "./account.js";
export { ChatActions } from "./chat_actions.js";
export { Composing } from "./composing.js";
export { askAbove, askBelow, conversation } from "./conversation.js";
export { commentForm, history, reasonForm, reportForm } from "./forms.js";
export { notesOn, ownActions } from "./notes.js";
export { readAsFar } from "./paging.js";
export { quotaLine } from "./quota.js";
export { SessionActions } from "./session_actions.js";
export { ThreadActions } from "./thread_actions.js";
