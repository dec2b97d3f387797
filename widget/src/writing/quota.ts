/** How many answers are left today. */

import { clockTime } from "../answers/clock.js";
import { isUsedUp } from "../core/allowance.js";
import { counted, fill } from "../core/texts.js";
import type { Quota } from "../core/types.js";
import { type Child, h } from "../dom.js";
import type { Locale } from "../locale.js";
import type { Info } from "../session.js";

/** "3 of 5 AI answers left today", without "AI" for quoted answers; empty if there is no limit. */
export function quotaText(quota: Quota | null, now: number, { lang, texts }: Locale, quotes = false): string {
  if (!quota || quota.limit === null) return "";
  if (quota.limit === 0) return texts.quotaNone;
  const left = quota.left ?? 0;
  return left === 0
    ? fill(texts.quotaGone, { time: clockTime(quota.resets_at, now, lang) })
    : fill(counted(quotes ? texts.quotaLeftSite : texts.quotaLeft, quota.limit, lang), { left: `${left}` });
}

export function quotaLine(info: Info | null, locale: Locale): Child {
  const quota = info?.quota;
  const text = quota && quotaText(quota, Date.now(), locale, info.provider === "quote");
  return text && h("span", { class: "quota", part: "quota", "data-gone": isUsedUp(quota) }, text);
}
