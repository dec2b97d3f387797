/** <answerback-quota>: how many answers are left today. */

import { isUsedUp, quotaText } from "../core/allowance.js";
import type { Quota } from "../core/types.js";
import { type Child, h } from "../dom.js";
import { type Tongue, View } from "./view.js";

export class QuotaView extends View<Tongue & { quota: Quota | null }> {
  protected view({ quota, lang, texts }: Tongue & { quota: Quota | null }): Child[] {
    const text = quotaText(quota, Date.now(), lang, texts);
    return [text && h("span", { class: "quota", part: "quota", "data-gone": isUsedUp(quota) }, text)];
  }
}
