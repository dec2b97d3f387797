/** Fires an error event when a part or a count fails to load. */

import { EVENTS } from "./constants.js";

export function fail(element: Element): void {
  const detail = { code: "unavailable" };
  element.dispatchEvent(new CustomEvent(EVENTS.error, { detail, bubbles: true, composed: true }));
}
