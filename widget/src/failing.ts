/** Tells the page that something has failed. */

import { EVENTS } from "./constants.js";

export function fail(element: Element, code = "unavailable"): void {
  const detail = { code };
  element.dispatchEvent(new CustomEvent(EVENTS.error, { detail, bubbles: true, composed: true }));
}
