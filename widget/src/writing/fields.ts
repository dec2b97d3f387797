/** Helpers shared by forms. */

import { lengthOf } from "../core/limits.js";
import { type Child, h, type Props } from "../dom.js";

/** A field's value, truncated to the limit; `maxlength` would count UTF-16 halves of characters. */
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
