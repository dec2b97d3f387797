/** How many answers are left today. */

import { isUsedUp, quotaText } from "../core/allowance.js";
import type { Quota } from "../core/types.js";
import { type Child, h } from "../dom.js";
import type { Locale } from "../locale.js";

export function quotaLine(quota: Quota | null | undefined, locale: Locale): Child {
  const text = quota && quotaText(quota, Date.now(), locale);
  return text && h("span", { class: "quota", part: "quota", "data-gone": isUsedUp(quota) }, text);
}
