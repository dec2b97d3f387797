/** <answerback-sources>: the quotations behind an answer; each leads to its place. */

import { fragmentUrl, samePage } from "../core/quote.js";
import type { Source } from "../core/types.js";
import { type Child, h } from "../dom.js";
import { showOnPage } from "../highlight.js";
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
    const quote = h("span", { class: "quote" }, source.quote);
    const here = !source.url || samePage(source.url, url) || samePage(source.url, location.href);
    if (here) {
      const onclick = () => this.#show(source, index);
      const props = { type: "button", class: "source", part: "source", title: texts?.showSource, onclick };
      return h("button", props, icon("quote"), quote);
    }
    const href = /^https?:/i.test(source.url) ? fragmentUrl(source.url, source.quote) : null;
    const title = h("span", { class: "small muted" }, source.title || source.url);
    const props = { class: "source", part: "source", href, target: "_blank", rel: "noopener" };
    return h("a", { ...props, title: texts?.openSource }, icon("quote"), h("span", null, quote, title));
  }

  #show(source: Source, index: number): void {
    const { texts } = this.data ?? {};
    const found = showOnPage(source.quote);
    this.#at = index;
    this.#status = (found ? texts?.sourceShown : texts?.sourceMissing) ?? "";
    this.draw();
  }
}
