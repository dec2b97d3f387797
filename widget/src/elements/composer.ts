/** <answerback-composer>: where one writes. Tells `send` with what was written, and `cancel`. */

import type { Composition } from "../core/types.js";
import { type Child, h } from "../dom.js";
import { newKey } from "../keep.js";
import type { Context } from "./context.js";
import { icon, solidButton, textButton, View } from "./view.js";

export interface ComposerData {
  ctx: Context;
  kind: "new" | "reply" | "edit";
  parentId: string | null;
  /** The draft's place in storage. */
  draft: string;
  hint: string;
  text: string;
}

interface Draft {
  body: string;
  ask: boolean | null;
  key: string;
}

export class ComposerElement extends View<ComposerData> {
  #body = "";
  #ask: boolean | null = null;
  #key = "";
  #open = false;
  #preview: { html: string; body: string } | "loading" | "failed" | null = null;

  protected override changed(data: ComposerData, before: ComposerData | null): void {
    if (before?.draft === data.draft) return;
    const kept = data.ctx.store.drafts.get<Draft>(data.draft);
    this.#body = kept?.body ?? data.text;
    this.#ask = kept?.ask ?? null;
    this.#key = kept?.key ?? "";
    this.#preview = null;
    this.#open = data.kind !== "new" || this.#body !== "";
  }

  override focus(): void {
    const area = this.querySelector("textarea");
    area?.focus();
    area?.setSelectionRange(area.value.length, area.value.length);
  }

  protected view(data: ComposerData): Child[] {
    const { texts } = data.ctx;
    const over = this.#body.length - (data.ctx.info?.settings.max_body ?? 5_000);
    const props = {
      class: "composer",
      part: "composer",
      "data-open": this.#open,
      onsubmit: (event: Event) => {
        event.preventDefault();
        this.#send();
      },
      onkeydown: (event: Event) => this.#onkey(event as KeyboardEvent),
      onfocusin: () => this.#unfold(),
    };
    const writing = this.#preview === null;
    return [
      h(
        "form",
        props,
        writing ? this.#area(data) : this.#shown(data),
        over > 0 && h("p", { class: "bad small", role: "alert" }, texts.tooLong(over)),
        this.#open && h("div", { class: "composer-foot" }, this.#fields(data), this.#buttons(data, over > 0)),
      ),
    ];
  }

  #area({ hint, ctx }: ComposerData): Child {
    return h("textarea", {
      key: "area",
      part: "input",
      rows: this.#open ? 3 : 1,
      placeholder: hint,
      "aria-label": ctx.texts.bodyLabel,
      ".value": this.#body,
      oninput: (event: Event) => this.#typed(event.target as HTMLTextAreaElement),
      ref: (area: HTMLTextAreaElement) => requestAnimationFrame(() => grow(area)),
    });
  }

  #shown({ ctx }: ComposerData): Child {
    const { texts } = ctx;
    const preview = this.#preview;
    if (preview === "loading") return h("div", { class: "preview", "aria-busy": true }, skeleton());
    if (preview === "failed") return h("p", { class: "preview muted", role: "status" }, texts.previewFailed);
    if (!preview?.html) return h("p", { class: "preview muted" }, texts.previewEmpty);
    return h("div", {
      key: "shown",
      class: "preview body",
      html: { html: preview.html, text: preview.body },
    });
  }

  #fields({ ctx, kind }: ComposerData): Child[] {
    if (kind === "edit") return [];
    const { texts, info } = ctx;
    const guest = !info?.visitor || info.visitor.kind === "guest";
    return [
      guest &&
        h("input", {
          class: "name",
          part: "input name",
          "aria-label": texts.name,
          placeholder: texts.nameHint,
          maxlength: 50,
          autocomplete: "nickname",
          ".value": ctx.store.drafts.get<string>("name") ?? info?.visitor?.name ?? "",
          oninput: (event: Event) =>
            ctx.store.drafts.set("name", (event.target as HTMLInputElement).value || null),
        }),
      ctx.ai && this.#askChoice(ctx),
    ];
  }

  #askChoice({ texts, info }: Context): Child {
    const rule = texts.askRule[info?.settings.ai ?? "questions"];
    const option = (value: string, label: string) =>
      h("option", { value, ".selected": String(this.#ask) === value }, label);
    return h(
      "label",
      { class: "choice", part: "ask-choice", "data-on": this.#ask === true },
      icon("spark"),
      h(
        "select",
        {
          "aria-label": texts.askLabel,
          onchange: (event: Event) => {
            this.#ask = JSON.parse((event.target as HTMLSelectElement).value) as boolean | null;
            this.#keep();
            this.draw();
          },
        },
        option("null", rule || texts.askNo),
        option("true", texts.askYes),
        option("false", texts.askNo),
      ),
    );
  }

  #buttons({ ctx, kind }: ComposerData, over: boolean): Child {
    const { texts } = ctx;
    const label = kind === "edit" ? texts.save : kind === "reply" ? texts.reply : texts.post;
    const writing = this.#preview === null;
    return h(
      "div",
      { class: "buttons" },
      kind !== "edit" &&
        ctx.ai &&
        h("answerback-quota", { ".data": { quota: ctx.info?.quota ?? null, texts, lang: ctx.lang } }),
      kind !== "new" && textButton(texts.cancel, () => this.tell("cancel")),
      textButton(writing ? texts.preview : texts.write, () => this.#toggle()),
      solidButton(label, () => undefined, { type: "submit", disabled: over || !this.#body.trim() }),
    );
  }

  #typed(area: HTMLTextAreaElement): void {
    this.#body = area.value;
    this.#keep();
    grow(area);
    this.draw();
  }

  #keep(): void {
    if (!this.data) return;
    if (!this.#key) this.#key = newKey();
    const draft: Draft = { body: this.#body, ask: this.#ask, key: this.#key };
    this.data.ctx.store.drafts.set(this.data.draft, this.#body ? draft : null);
  }

  #unfold(): void {
    if (this.#open) return;
    this.#open = true;
    this.draw();
  }

  #onkey(event: KeyboardEvent): void {
    if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) {
      event.preventDefault();
      this.#send();
    } else if (event.key === "Escape" && this.data?.kind !== "new") {
      event.stopPropagation();
      this.tell("cancel");
    }
  }

  async #toggle(): Promise<void> {
    const body = this.#body;
    if (this.#preview !== null) {
      this.#preview = null;
      this.draw();
      this.focus();
      return;
    }
    this.#preview = body.trim() ? "loading" : { html: "", body };
    this.draw();
    if (this.#preview !== "loading") return;
    const found = await this.data?.ctx.store.preview(body);
    if (this.#preview !== "loading") return;
    this.#preview = found === undefined || found === null ? "failed" : { html: found, body };
    this.draw();
  }

  #send(): void {
    const { data } = this;
    const body = this.#body.trim();
    if (!data || !body || body.length > (data.ctx.info?.settings.max_body ?? 5_000)) return;
    const name = (data.ctx.store.drafts.get<string>("name") ?? "").trim();
    const key = this.#key || newKey();
    const composition: Composition = { key, parent_id: data.parentId, body, name, ask: this.#ask };
    this.#preview = null;
    if (data.kind !== "edit") this.clear();
    this.tell("send", composition);
  }

  /** Forgets what was written; the next composition has a key of its own. */
  clear(): void {
    this.data?.ctx.store.drafts.set(this.data.draft, null);
    this.#body = "";
    this.#key = "";
    this.#ask = null;
    this.#open = this.data?.kind !== "new";
    this.draw();
    const area = this.querySelector("textarea");
    if (area) grow(area);
    area?.blur();
  }
}

/** As high as its text, where the browser does not do so by itself. */
function grow(area: HTMLTextAreaElement): void {
  if (CSS.supports?.("field-sizing", "content")) return;
  area.style.setProperty("height", "auto");
  area.style.setProperty("height", `${area.scrollHeight + 2}px`);
}

export function skeleton(): Child[] {
  return [1, 2, 3].map((line) => h("span", { class: "bone", "data-line": line }));
}
