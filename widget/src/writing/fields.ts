/** What forms have in common. */

import { lengthOf } from "../core/limits.js";
import { type Child, h, type Props } from "../dom.js";

/** What a field holds, once what was typed over the limit is out; `maxlength` would count halves of characters. */
export function typed(event: Event, most: number): string {
  const field = event.target as HTMLInputElement;
  const over = lengthOf(field.value) - most;
  const end = field.selectionEnd ?? 0;
  const before = [...field.value.slice(0, end)];
  if (over > 0) field.setRangeText("", before.slice(0, -over).join("").length, end);
  return field.value;
}

export function solidButton(label: Child, onclick: () => void, props: Props = {}): Child {
  return h("button", { type: "button", class: "solid", part: "button submit", onclick, ...props }, label);
}
