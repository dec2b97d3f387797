/** <answerback-composer>: the form to write in. Fires `send` with the composition, and `cancel`. */

import { type Child, h } from "../dom.js";
import { toWrite } from "../parts.js";
import type { Composing } from "../writing/composing.js";
import type { Context } from "./context.js";
import { View } from "./view.js";

export interface ComposerData {
  ctx: Context;
  kind: "new" | "reply" | "edit";
  parentId: string | null;
  /** The draft's key in storage. */
  draft: string;
  hint: string;
  text: string;
}

export interface Draft {
  body: string;
  ask: boolean | null;
}

const NO_DRAFT: Draft = { body: "", ask: null };

/** Only the field; the rest of the form is lazy-loaded when somebody starts to write. */
export class ComposerElement extends View<ComposerData> {
  draft: Draft = NO_DRAFT;
  open = false;
  #tools: Composing | null = null;
  #unwatch: (() => void) | null = null;

  connectedCallback(): void {
    // The footer shows how many answers are left.
    this.#unwatch = this.data?.ctx.store.session.watch(() => this.#tools && this.draw()) ?? null;
  }

  disconnectedCallback(): void {
    this.#unwatch?.();
  }

  protected override changed(data: ComposerData, before: ComposerData | null): void {
    if (before?.draft === data.draft) return;
    this.draft = data.ctx.store.drafts.get<Draft>(data.draft) ?? { ...NO_DRAFT, body: data.text };
    this.#tools?.forget();
    this.open = data.kind !== "new" || this.draft.body !== "";
    if (this.open) void this.#act();
  }

  override focus(): void {
    const area = this.querySelector("textarea");
    area?.focus();
    area?.setSelectionRange(area.value.length, area.value.length);
  }

  protected view(data: ComposerData): Child[] {
    const tools = this.#tools;
    const props = {
      class: "composer",
      part: "composer",
      "data-open": this.open,
      onsubmit: (event: Event) => {
        event.preventDefault();
        void this.#act((composing) => void composing.send());
      },
      onkeydown: (event: Event) => this.#onkey(event as KeyboardEvent),
      onfocusin: () => this.#unfold(),
    };
    return [
      h("form", props, tools?.shown(data) ?? this.#area(data), this.open && tools?.foot(data)),
      ...(tools?.after(data) ?? []),
    ];
  }

  #area({ hint, ctx }: ComposerData): Child {
    return h("textarea", {
      key: "area",
      part: "input",
      rows: this.open ? 3 : 1,
      readonly: this.#tools?.looking,
      placeholder: hint,
      "aria-label": ctx.texts.bodyLabel,
      ".value": this.draft.body,
      oninput: (event: Event) => {
        this.grow();
        this.change({ body: (event.target as HTMLTextAreaElement).value });
      },
      ref: () => requestAnimationFrame(() => this.grow()),
    });
  }

  /** Updates the draft; what was found for the old text no longer applies. */
  change(part: Partial<Draft>): void {
    this.draft = { ...this.draft, ...part };
    this.#tools?.changed();
    this.data?.ctx.store.drafts.set(this.data.draft, this.draft.body ? this.draft : null);
    this.draw();
  }

  /** Fits the field's height to its text, if the browser cannot do so by itself. */
  grow(): void {
    const area = this.querySelector("textarea");
    if (!area || CSS.supports?.("field-sizing", "content")) return;
    area.style.setProperty("height", "auto");
    area.style.setProperty("height", `${area.scrollHeight + 2}px`);
  }

  #unfold(): void {
    if (this.open) return;
    this.open = true;
    this.draw();
    void this.#act();
  }

  async #act(work?: (composing: Composing) => void): Promise<void> {
    const { Composing } = await toWrite();
    this.#tools ??= new Composing(this);
    this.draw();
    work?.(this.#tools);
  }

  #onkey(event: KeyboardEvent): void {
    if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) {
      event.preventDefault();
      void this.#act((composing) => void composing.send());
    } else if (event.key === "Escape" && !this.#tools?.close() && this.data?.kind !== "new") {
      event.stopPropagation();
      this.tell("cancel");
    }
  }
}
