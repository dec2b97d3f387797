/** The controls around a field being written in, and submission. */

import { isUsedUp } from "../core/allowance.js";
import { BODY_LIMIT, lengthOf, NAME_LIMIT } from "../core/limits.js";
import { counted } from "../core/texts.js";
import type { Composition, KnownAnswer } from "../core/types.js";
import { type Child, h } from "../dom.js";
import type { ComposerData, ComposerElement, Draft } from "../elements/composer.js";
import type { Context } from "../elements/context.js";
import { ICON, icon, skeleton, textButton } from "../elements/view.js";
import { maybeAsked } from "./asking.js";
import { solidButton, typed } from "./fields.js";
import { Following } from "./following.js";
import { newKey } from "./keys.js";
import { knownCard, takenNote } from "./known.js";
import { quotaLine } from "./quota.js";

export class Composing {
  /** The site's existing answer to this text, once looked up. */
  #known: KnownAnswer | "looking" | null = null;
  /** The draft removed from the field because it already has an answer. */
  #taken: Draft | null = null;
  #preview: { html: string; body: string } | "loading" | "failed" | null = null;

  #following = new Following(() => this.composer.draw());

  constructor(private readonly composer: ComposerElement) {
    const { data } = composer;
    if (data?.kind !== "edit") void data?.ctx.store.do("begin");
  }

  /** Whether we are checking for an existing answer. */
  get looking(): boolean {
    return this.#known === "looking";
  }

  /** Discards what was found for the previous text. */
  changed(): void {
    this.#known = this.#taken = null;
  }

  forget(): void {
    this.changed();
    this.#preview = null;
  }

  /** Closes the preview or the existing answer and returns to the field; false if neither is open. */
  close(): boolean {
    if (this.#preview === null && !this.#known) return false;
    this.forget();
    this.composer.draw();
    this.composer.focus();
    return true;
  }

  /** How many characters the text is over the limit. */
  get #over(): number {
    return lengthOf(this.composer.draft.body.trim()) - BODY_LIMIT;
  }

  /** The preview, shown in place of the field. */
  shown({ ctx }: ComposerData): Child {
    const { texts } = ctx;
    const preview = this.#preview;
    if (preview === null) return null;
    if (preview === "loading")
      return h("div", { key: "wait", class: "comment ghost preview", "aria-busy": true }, skeleton());
    if (preview === "failed")
      return h("p", { key: "said", class: "preview muted", role: "status" }, texts.previewFailed);
    if (!preview.html) return h("p", { key: "said", class: "preview muted" }, texts.previewEmpty);
    const markup = { html: preview.html, text: preview.body };
    return h("div", { key: "shown", class: "preview body", html: markup });
  }

  /** The controls below the field. */
  foot(data: ComposerData): Child[] {
    const { texts, lang } = data.ctx;
    const over = this.#over;
    return [
      over > 0 && h("p", { class: "bad small", role: "alert" }, counted(texts.tooLong, over, lang)),
      h("p", { class: "muted small", part: "markup-hint" }, texts.markupHint),
      this.#mayAsk(data) && h("p", { class: "muted small", part: "ask-notice" }, data.ctx.notice),
      h("div", { class: "composer-foot" }, this.#fields(data), this.#buttons(data)),
    ];
  }

  /** What is below the form: an existing answer is shown before anything is sent. */
  after({ ctx }: ComposerData): Child[] {
    const known = this.#known;
    const { texts } = ctx;
    return [
      known &&
        known !== "looking" &&
        knownCard(known, ctx, ctx.url, [
          textButton(texts.knownPost, () => void this.send(false)),
          textButton(texts.knownAsk, () => void this.send(true)),
          solidButton(texts.knownYes, () => this.#takeOut()),
        ]),
      this.#taken && takenNote(ctx, () => this.#putBack()),
      this.#following.panel(ctx),
    ];
  }

  #takeOut(): void {
    const { composer } = this;
    const taken = composer.draft;
    this.#clear();
    this.#taken = taken;
    composer.draw();
    composer.querySelector<HTMLElement>(".note button")?.focus();
  }

  #putBack(): void {
    const { composer } = this;
    composer.open = true;
    composer.change(this.#taken ?? {});
    composer.focus();
  }

  /** Clears the draft. */
  #clear(): void {
    const { composer } = this;
    composer.change({ body: "", ask: null });
    composer.open = composer.data?.kind !== "new";
    composer.draw();
    composer.grow();
  }

  /** Whether the AI may answer this comment. */
  #mayAsk({ ctx, kind }: ComposerData): boolean {
    return kind !== "edit" && ctx.ai && this.composer.draft.ask !== false;
  }

  #fields({ ctx, kind }: ComposerData): Child[] {
    if (kind === "edit") return [];
    const { texts, visitor, store } = ctx;
    const guest = !visitor || visitor.kind === "guest";
    return [
      h("input", {
        key: "trap",
        class: "unseen",
        name: "homepage",
        autocomplete: "off",
        tabindex: -1,
        "aria-hidden": "true",
      }),
      guest &&
        h("input", {
          class: "name",
          part: "input name",
          "aria-label": texts.name,
          placeholder: texts.nameHint,
          autocomplete: "nickname",
          ".value": store.drafts.get<string>("name") ?? visitor?.name ?? "",
          oninput: (event: Event) => store.drafts.set("name", typed(event, NAME_LIMIT) || null),
        }),
      ctx.ai && this.#askChoice(ctx),
    ];
  }

  #askChoice({ texts, settings }: Context): Child {
    const { ask } = this.composer.draft;
    const rule = texts.askRule[settings?.ai ?? "questions"];
    const option = (value: string, label: string) =>
      h("option", { value, ".selected": String(ask) === value }, label);
    const onchange = (event: Event) => {
      const chosen = JSON.parse((event.target as HTMLSelectElement).value) as boolean | null;
      this.composer.change({ ask: chosen });
    };
    return h(
      "label",
      { class: "choice", part: "ask-choice", "data-on": ask === true },
      icon(ICON.spark),
      h(
        "select",
        { "aria-label": texts.answer, onchange },
        option("null", rule || texts.askNo),
        option("true", texts.askYes),
        option("false", texts.askNo),
      ),
    );
  }

  /** The ask box always shows how many answers are left; here only if it matters. */
  #quota({ ctx, kind }: ComposerData): Child {
    const { info } = ctx.store.session.state;
    const counts = this.composer.draft.ask || isUsedUp(info?.quota);
    return kind !== "edit" && ctx.ai && counts && quotaLine(info, ctx);
  }

  #buttons(data: ComposerData): Child {
    const { ctx, kind } = data;
    const { texts } = ctx;
    const label = kind === "edit" ? texts.save : kind === "reply" ? texts.reply : texts.post;
    const { composer } = this;
    return h(
      "div",
      { class: "buttons" },
      this.#quota(data),
      kind !== "edit" && this.#following.button(ctx),
      kind !== "new" &&
        textButton(texts.cancel, () => composer.dispatchEvent(new CustomEvent("cancel")), {
          part: "button cancel",
        }),
      textButton(this.#preview === null ? texts.preview : texts.write, () => void this.#toggle(), {
        part: "button preview",
      }),
      solidButton(label, () => undefined, {
        type: "submit",
        // Not disabled during the lookup: that would drop the focus.
        disabled: this.#over > 0 || !composer.draft.body.trim(),
      }),
    );
  }

  async #toggle(): Promise<void> {
    const { composer } = this;
    const { body } = composer.draft;
    if (this.#preview !== null) {
      this.#preview = null;
      composer.draw();
      composer.focus();
      return;
    }
    this.#preview = body.trim() ? "loading" : { html: "", body };
    composer.draw();
    if (this.#preview !== "loading") return;
    const found = await composer.data?.ctx.store.do("preview", body);
    if (this.#preview !== "loading") return;
    this.#preview = found === undefined || found === null ? "failed" : { html: found, body };
    composer.draw();
  }

  /** Submits. Shows an existing answer first; a second call sends anyway. */
  async send(ask = this.composer.draft.ask): Promise<void> {
    const { composer } = this;
    const { data } = composer;
    const body = composer.draft.body.trim();
    if (!data || !body || this.#over > 0 || this.looking) return;
    const { store } = data.ctx;
    if (!this.#known && this.#mayBeKnown(data, body, ask)) {
      this.#known = "looking";
      composer.draw();
      const known = (await store.do("known", body)) ?? null;
      if (!this.looking) return;
      this.#known = known;
      composer.draw();
      if (known) return;
    }
    const name = (store.drafts.get<string>("name") ?? "").trim();
    // The key belongs to a submission, not to a draft: two tabs may share a draft.
    const composition: Composition = { key: newKey(), parent_id: data.parentId, body, name, ask };
    const homepage = composer.querySelector<HTMLInputElement>("[name=homepage]")?.value;
    if (homepage) composition.homepage = homepage;
    this.#preview = null;
    if (data.kind !== "edit") this.#clear();
    composer.dispatchEvent(new CustomEvent("send", { detail: composition }));
  }

  #mayBeKnown({ ctx, kind }: ComposerData, body: string, ask: boolean | null): boolean {
    const { settings, ai } = ctx;
    return kind !== "edit" && (ai || !settings) && maybeAsked(body, ask, settings?.ai ?? "");
  }
}
