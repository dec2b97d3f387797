/** <answerback-composer>: where one writes. Tells `send` with what was written, and `cancel`. */

import { maybeAsked } from "../core/allowance.js";
import { BODY_LIMIT, lengthOf, NAME_LIMIT } from "../core/limits.js";
import { counted } from "../core/texts.js";
import type { Composition, KnownAnswer } from "../core/types.js";
import { type Child, h } from "../dom.js";
import { newKey } from "../storage.js";
import type { Context } from "./context.js";
import { knownCard, takenNote } from "./known.js";
import { quotaLine } from "./quota.js";
import { icon, solidButton, textButton, typed, View } from "./view.js";

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

const EMPTY: Draft = { body: "", ask: null, key: "" };

export class ComposerElement extends View<ComposerData> {
  #draft: Draft = EMPTY;
  #open = false;
  /** Characters that are too many. */
  #over = 0;
  /** What the site has answered to this already, once it was looked up. */
  #known: KnownAnswer | "looking" | null = null;
  /** What was taken out of the field, since it is answered already. */
  #taken: Draft | null = null;
  #preview: { html: string; body: string } | "loading" | "failed" | null = null;

  protected override changed(data: ComposerData, before: ComposerData | null): void {
    if (before?.draft === data.draft) return;
    this.#draft = data.ctx.store.drafts.get<Draft>(data.draft) ?? { ...EMPTY, body: data.text };
    this.#preview = this.#known = this.#taken = null;
    this.#open = data.kind !== "new" || this.#draft.body !== "";
  }

  override focus(): void {
    const area = this.querySelector("textarea");
    area?.focus();
    area?.setSelectionRange(area.value.length, area.value.length);
  }

  protected view(data: ComposerData): Child[] {
    const { texts } = data.ctx;
    this.#over = lengthOf(this.#draft.body.trim()) - BODY_LIMIT;
    const props = {
      class: "composer",
      part: "composer",
      "data-open": this.#open,
      onsubmit: (event: Event) => {
        event.preventDefault();
        void this.#send();
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
        this.#over > 0 &&
          h("p", { class: "bad small", role: "alert" }, counted(texts.tooLong, this.#over, data.ctx.lang)),
        this.#open && h("div", { class: "composer-foot" }, this.#fields(data), this.#buttons(data)),
      ),
      this.#offer(data),
      this.#taken && takenNote(data.ctx, () => this.#putBack()),
    ];
  }

  /** Nothing is sent before the visitor has seen what is answered already. */
  #offer({ ctx }: ComposerData): Child {
    const known = this.#known;
    if (!known || known === "looking") return null;
    const { texts } = ctx;
    return knownCard(known, ctx, ctx.url, [
      textButton(texts.knownPost, () => void this.#send(false)),
      textButton(texts.knownAsk, () => void this.#send(true)),
      solidButton(texts.knownYes, () => this.#takeOut()),
    ]);
  }

  #takeOut(): void {
    const taken = this.#draft;
    this.clear();
    this.#taken = taken;
    this.draw();
    this.querySelector<HTMLElement>(".note button")?.focus();
  }

  #putBack(): void {
    this.#open = true;
    this.#change(this.#taken ?? EMPTY);
    this.focus();
  }

  #area({ hint, ctx }: ComposerData): Child {
    return h("textarea", {
      key: "area",
      part: "input",
      rows: this.#open ? 3 : 1,
      readonly: this.#known === "looking",
      placeholder: hint,
      "aria-label": ctx.texts.bodyLabel,
      ".value": this.#draft.body,
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
          placeholder: texts.name,
          autocomplete: "nickname",
          ".value": ctx.store.drafts.get<string>("name") ?? info?.visitor?.name ?? "",
          oninput: (event: Event) => ctx.store.drafts.set("name", typed(event, NAME_LIMIT) || null),
        }),
      ctx.ai && this.#askChoice(ctx),
    ];
  }

  #askChoice({ texts, info }: Context): Child {
    const rule = texts.askRule[info?.settings.ai ?? "questions"];
    const option = (value: string, label: string) =>
      h("option", { value, ".selected": String(this.#draft.ask) === value }, label);
    return h(
      "label",
      { class: "choice", part: "ask-choice", "data-on": this.#draft.ask === true },
      icon("spark"),
      h(
        "select",
        {
          "aria-label": texts.aiAnswer,
          onchange: (event: Event) => {
            this.#change({ ask: JSON.parse((event.target as HTMLSelectElement).value) as boolean | null });
          },
        },
        option("null", rule || texts.askNo),
        option("true", texts.askAi),
        option("false", texts.askNo),
      ),
    );
  }

  #buttons({ ctx, kind }: ComposerData): Child {
    const { texts } = ctx;
    const label = kind === "edit" ? texts.save : kind === "reply" ? texts.reply : texts.post;
    const writing = this.#preview === null;
    return h(
      "div",
      { class: "buttons" },
      kind !== "edit" && ctx.ai && quotaLine(ctx.info?.quota, ctx),
      kind !== "new" && textButton(texts.cancel, () => this.tell("cancel")),
      textButton(writing ? texts.preview : texts.write, () => this.#toggle()),
      solidButton(label, () => undefined, {
        type: "submit",
        disabled: this.#over > 0 || !this.#draft.body.trim() || this.#known === "looking",
      }),
    );
  }

  #typed(area: HTMLTextAreaElement): void {
    grow(area);
    this.#change({ body: area.value });
  }

  /** Keeps what is written; what was found about other words counts no more. */
  #change(part: Partial<Draft>): void {
    this.#draft = { ...this.#draft, ...part };
    this.#draft.key ||= newKey();
    this.#known = this.#taken = null;
    this.data?.ctx.store.drafts.set(this.data.draft, this.#draft.body ? this.#draft : null);
    this.draw();
  }

  #unfold(): void {
    if (this.#open) return;
    this.#open = true;
    this.draw();
  }

  #onkey(event: KeyboardEvent): void {
    if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) {
      event.preventDefault();
      void this.#send();
    } else if (event.key === "Escape" && this.data?.kind !== "new") {
      event.stopPropagation();
      this.tell("cancel");
    }
  }

  async #toggle(): Promise<void> {
    const body = this.#draft.body;
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

  /** Sends; what the site has answered already is shown first, and sending once more is asking all the same. */
  async #send(ask = this.#draft.ask): Promise<void> {
    const { data } = this;
    const body = this.#draft.body.trim();
    if (!data || !body || this.#over > 0 || this.#known === "looking") return;
    const { store, info, ai } = data.ctx;
    if (
      !this.#known &&
      data.kind !== "edit" &&
      (ai || !info) &&
      maybeAsked(body, ask, info?.settings.ai ?? "")
    ) {
      this.#known = "looking";
      this.draw();
      const known = await store.known(body);
      if (this.#known !== "looking") return;
      this.#known = known;
      this.draw();
      if (known) return;
    }
    const name = (store.drafts.get<string>("name") ?? "").trim();
    const key = this.#draft.key || newKey();
    const composition: Composition = { key, parent_id: data.parentId, body, name, ask };
    this.#preview = null;
    if (data.kind !== "edit") this.clear();
    this.tell("send", composition);
  }

  /** Forgets what was written; the next composition has a key of its own. */
  clear(): void {
    this.data?.ctx.store.drafts.set(this.data.draft, null);
    this.#draft = EMPTY;
    this.#known = this.#taken = null;
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
