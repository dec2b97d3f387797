/** Notifications by email or feed, chosen in the form. */

import { problemOf } from "../api.js";
import type { Subscription, Subscriptions } from "../core/types.js";
import { type Child, h } from "../dom.js";
import type { Context } from "../elements/context.js";
import { note, problemText, skeleton, textButton } from "../elements/view.js";
import type { Texts } from "../locale.js";
import { solidButton } from "./fields.js";

type Topic = Subscription["topic"];
const TOPICS: Topic[] = ["replies", "thread"];

export class Following {
  #open = false;
  #known: Subscriptions | null = null;
  #said: Child = null;

  constructor(private readonly draw: () => void) {}

  button(ctx: Context): Child {
    return textButton(ctx.texts.notify, () => void this.#toggle(ctx), { "aria-expanded": this.#open });
  }

  /** The form, while it is open. */
  panel(ctx: Context): Child {
    if (!this.#open) return null;
    const { texts } = ctx;
    const known = this.#known;
    const close = () => void this.#toggle(ctx);
    const onsubmit = (event: Event) => {
      event.preventDefault();
      void this.#try(texts, () => this.#save(ctx, event.target as HTMLFormElement));
    };
    return h(
      "form",
      { key: "follow", class: "note follow", part: "notifications", "aria-label": texts.notify, onsubmit },
      ...(known ? this.#fields(ctx, known) : [this.#said ?? skeleton()]),
      known && this.#said,
      known?.email && solidButton(texts.save, () => undefined, { type: "submit" }),
      textButton(texts.cancel, close),
    );
  }

  #fields(ctx: Context, { email, address }: Subscriptions): Child[] {
    const { texts } = ctx;
    const feed = textButton(texts.notifyFeed, () => void this.#try(texts, () => this.#feed(ctx)));
    if (!email) return [h("span", null, texts.notifyNone), feed];
    const names = { replies: texts.notifyReplies, thread: texts.notifyThread };
    const hint = { placeholder: texts.email, "aria-label": texts.email, autocomplete: "email" };
    return [
      ...TOPICS.map((topic) =>
        h(
          "label",
          null,
          h("input", { type: "checkbox", name: topic, ".checked": !!this.#found(ctx, topic) }),
          names[topic],
        ),
      ),
      address
        ? h("span", { class: "muted" }, address)
        : h("input", { type: "email", required: true, part: "input", ...hint }),
      feed,
    ];
  }

  /** The visitor's email subscription for a topic. */
  #found(ctx: Context, topic: Topic): Subscription | undefined {
    const { page } = ctx.store.config;
    return this.#known?.subscriptions.find(
      (each) => each.channel === "email" && each.topic === topic && (each.page ?? page) === page,
    );
  }

  async #toggle(ctx: Context): Promise<void> {
    this.#open = !this.#open;
    this.#said = null;
    this.draw();
    if (this.#open) await this.#try(ctx.texts, () => this.#load(ctx));
  }

  async #load({ store }: Context): Promise<void> {
    this.#known = (await store.session.do("subscriptions")) ?? null;
  }

  async #save(ctx: Context, form: HTMLFormElement): Promise<void> {
    const { session, config } = ctx.store;
    const email = form.querySelector<HTMLInputElement>("[type=email]")?.value ?? "";
    const boxes = [...form.querySelectorAll<HTMLInputElement>("[type=checkbox]")];
    let waits = false;
    for (const { name, checked } of boxes) {
      const topic = name as Topic;
      const found = this.#found(ctx, topic);
      if (checked && !found) {
        const wish = { topic, page: config.page, email, lang: ctx.lang };
        const made = await session.do("subscribe", wish);
        waits ||= made?.subscription.state === "pending";
      } else if (found && !checked) await session.do("unsubscribe", found.id);
    }
    await this.#load(ctx);
    this.#said = note("status", waits ? ctx.texts.notifyMailed : ctx.texts.notifySaved, { class: "" });
  }

  /** Each feed has its own secret URL. */
  async #feed({ store, texts }: Context): Promise<void> {
    const made = await store.session.do("subscribe", { topic: "replies", channel: "feed" });
    const href = made?.subscription.url ?? "";
    const link = h("a", { href, target: "_blank", rel: "noopener" }, texts.notifyFeed);
    this.#said = h("span", { role: "status" }, link);
  }

  async #try(texts: Texts, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#said = note("alert", problemText(texts, problemOf(error).code), { class: "bad" });
    }
    this.draw();
  }
}
