/** Inner elements: they render the data they are given, and only when it has changed. */

import { fill } from "../core/texts.js";
import { type Child, h, type Props, render } from "../dom.js";
import type { Texts } from "../locale.js";
import type { Info } from "../session.js";
import type { Context } from "./context.js";

export function same(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || !a || !b) return false;
  const [left, right] = [Object.entries(a), b as Record<string, unknown>];
  if (left.length !== Object.keys(right).length) return false;
  return left.every(([name, value]) => Object.is(value, right[name]));
}

export abstract class View<D extends object> extends HTMLElement {
  #data: D | null = null;

  get data(): D | null {
    return this.#data;
  }

  set data(data: D | null) {
    const before = this.#data;
    if (same(before, data)) return;
    this.#data = data;
    if (data) this.changed(data, before);
    this.draw();
  }

  /** Called before rendering new data. */
  protected changed(_data: D, _before: D | null): void {}

  protected abstract view(data: D): Child[];

  draw(): void {
    if (this.#data) render(this, this.view(this.#data));
  }

  protected tell(type: string, detail?: unknown): void {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

/** Icon paths. */
export const ICON = {
  spark: "M8 1q1 6 7 7-6 1-7 7-1-6-7-7 6-1 7-7z",
  up: "M8 4.4l5.3 5.3-1.2 1.2L8 6.8l-4.1 4.1-1.2-1.2z",
  down: "M8 11.6L2.7 6.3l1.2-1.2L8 9.2l4.1-4.1 1.2 1.2z",
  send: "M8 2.5l4.7 4.7-1.2 1.2-2.6-2.6v7.7H7.1V5.8L4.5 8.4 3.3 7.2z",
  pin: "M5.4 1.5h5.2v1.6l-1 .8.5 3.3 2 1.8v1.5H8.7L8 15l-.7-4.5H3.9V9l2-1.8.5-3.3-1-.8z",
  more: "M2 6.7h2.6v2.6H2zm4.7 0h2.6v2.6H6.7zm4.7 0H14v2.6h-2.6z",
};

export function icon(d: string): Child {
  const path = h("path", { d, fill: "currentColor" });
  return h("svg", { class: "icon", viewBox: "0 0 16 16", "aria-hidden": true }, path);
}

export function badge(text: string, d = "", kind = ""): Child {
  return h("span", { class: `badge ${kind}`, part: "badge" }, d && icon(d), text);
}

/** A note next to an action; `alert` is for errors. */
export function note(role: "status" | "alert", text: Child | Child[], props: Props = {}): Child {
  return h("p", { class: role === "alert" ? "note bad" : "note", role, ...props }, text);
}

export function textButton(label: Child | Child[], onclick: () => void, props: Props = {}): Child {
  return h("button", { type: "button", class: "text", part: "button", onclick, ...props }, label);
}

/** A button that loads what comes at a cursor and shows its progress; null if there is nothing more. */
export function moreButton(
  { texts, store }: Context,
  more: string | undefined,
  label: string,
  cursor?: string | null,
  key = "more",
): Child {
  if (!cursor) return null;
  const [busy, failed] = [more === "loading", more === "failed"];
  const text = busy ? texts.loading : failed ? texts.tryAgain : label;
  return h(
    "div",
    { key, class: "more" },
    failed && h("p", { class: "bad" }, problemText(texts, "offline")),
    // The disabled attribute would drop the focus.
    textButton(text, () => void store.loadMore(cursor), {
      class: "wide",
      part: "button more",
      "aria-disabled": busy,
    }),
  );
}

/** The text for an error code, if there is a specific one. */
export function problemIn(texts: Texts, code: string | null | undefined): string | undefined {
  // Texts on what a visitor has done are loaded with the writing code.
  const problems: Record<string, string> = { ...texts.problems, ...texts.refusals };
  return problems[code ?? ""];
}

export function problemText(texts: Texts, code: string | null | undefined): string {
  return problemIn(texts, code) || texts.problem;
}

/** The notice shown before asking: who answers, and who receives the question. */
export function askNotice(texts: Texts, info: Info | null): string {
  const { provider = "off", provider_name } = info ?? {};
  if (provider === "off") return "";
  if (provider === "quote") return texts.askQuotes;
  return provider_name ? fill(texts.aiNotice, { provider: provider_name }) : texts.aiNoticeOwn;
}

/** All that visitors see if the page may not have comments; its author finds the details in the console. */
export function refusedNote(texts: Texts, code: string | null | undefined): Child {
  return h("p", { class: "muted", part: "error" }, problemText(texts, code));
}

export function skeleton(): Child[] {
  return [1, 2, 3, 4].map(() => h("span", { class: "bone" }));
}
