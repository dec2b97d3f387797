/** Tells the page that a part or a count did not come. */

import { EVENTS } from "./constants.js";

export function fail(element: Element): void {
  const detail = { code: "unavailable" };
  element.dispatchEvent(new CustomEvent(EVENTS.error, { detail, bubbles: true, composed: true }));
}
