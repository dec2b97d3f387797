/** The part that is loaded when there is a count to show. */

import type { Locate } from "./config.js";
import { COUNT } from "./constants.js";
import { CountElement, setLocate } from "./elements/count.js";

export function start(locate: Locate): void {
  setLocate(locate);
  if (!customElements.get(COUNT)) customElements.define(COUNT, CountElement);
}
