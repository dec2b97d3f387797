/** The part that is loaded when there is a count to show. */

import type { Defaults } from "./config.js";
import { COUNT } from "./constants.js";
import { CountElement, setDefaults } from "./elements/count.js";

export function start(defaults: Defaults): void {
  setDefaults(defaults);
  if (!customElements.get(COUNT)) customElements.define(COUNT, CountElement);
}
