/** <answerback-sources>: the quotations behind an answer; each leads to its place. */

import { PERMALINK } from "../constants.js";
import { fragmentUrl, isHere } from "../core/quote.js";
import type { Source } from "../core/types.js";
import { type Child, h } from "../dom.js";
import { showOnPage } from "../highlight.js";
import { wayTo } from "./known.js";
import { icon, type Tongue, View } from "./view.js";

interface Data extends Tongue {
  sources: Source[];
  url: string;
}

export class SourcesView extends View<Data> {
  #status = "";
  #at = -1;

  protected override changed(data: Data, before: Data | null): void {
    if (data.sources !== before?.sources) this.#at = -1;
  }

  protected view({ sources, texts, url }: Data): Child[] {
    if (sources.length === 0) return [];
    const rows = sources.map((source, index) =>
      h("li", null, this.#row(source, index, url), this.#at === index && this.#told()),
    );
    return [h("p", { class: "label" }, texts.sources), h("ol", { class: "sources", part: "sources" }, rows)];
  }

  #told(): Child {
    return h("p", { class: "small muted", role: "status" }, this.#status);
  }

  #row(source: Source, index: number, url: string): Child {
    const { texts } = this.data ?? {};
    const props = { class: "source", part: "source" };
    const quote = h("span", { class: "quote" }, source.quote);
    const link = (way: object, below?: string) =>
      h(
        "a",
        { ...props, ...way },
        icon("quote"),
        h("span", null, quote, h("span", { class: "small muted" }, below)),
      );
    // What the owner has answered stands in a thread, not in the page's text.
    if (source.url.includes(`#${PERMALINK}`)) return link(wayTo(source.url, url), texts?.ownersAnswer);
    if (isHere(source.url, url)) {
      const onclick = () => this.#show(source, index);
      return h(
        "button",
        { ...props, type: "button", title: texts?.showSource, onclick },
        icon("quote"),
        quote,
      );
    }
    const way = { ...wayTo(fragmentUrl(source.url, source.quote), url), title: texts?.openSource };
    return link(way, source.title || source.url);
  }

  #show(source: Source, index: number): void {
    const { texts } = this.data ?? {};
    const found = showOnPage(source.quote);
    this.#at = index;
    this.#status = (found ? texts?.sourceShown : texts?.sourceMissing) ?? "";
    this.draw();
  }
}
