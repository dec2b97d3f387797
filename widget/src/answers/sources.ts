/** <answerback-sources>: the quotations behind an answer, each linking to its place. */

import { PERMALINK } from "../constants.js";
import { fragmentUrl, isHere } from "../core/quote.js";
import type { Source } from "../core/types.js";
import { type Child, h, type Props } from "../dom.js";
import { icon, View } from "../elements/view.js";
import type { Locale } from "../locale.js";
import { QUOTE } from "./icons.js";
import { showQuote } from "./showing.js";
import { wayTo } from "./way.js";

interface Data extends Locale {
  sources: Source[];
  url: string;
}

export class SourcesView extends View<Data> {
  #status = "";
  #at = -1;

  protected override changed(data: Data, before: Data | null): void {
    if (data.sources !== before?.sources) this.#at = -1;
  }

  protected view(data: Data): Child[] {
    const { sources, texts } = data;
    if (sources.length === 0) return [];
    const told = h("p", { class: "muted small", role: "status" }, this.#status);
    const rows = sources.map((source, index) =>
      h("li", null, this.#row(source, index, data), this.#at === index && told),
    );
    return [h("p", { class: "label" }, texts.sources), h("ol", { class: "sources", part: "sources" }, rows)];
  }

  #row({ quote, url, title }: Source, index: number, { texts, url: here }: Data): Child {
    const row = (tag: string, way: Props, below = "") => {
      const words = [
        h("span", { class: "quote" }, quote),
        below && h("span", { class: "muted small" }, below),
      ];
      return h(tag, { class: "source", part: "source", ...way }, icon(QUOTE), h("span", null, words));
    };
    // An owner's answer is in a thread, not in the page's text.
    if (url.includes(`#${PERMALINK}`)) return row("a", wayTo(url, here), texts.ownersAnswer);
    if (!isHere(url, here)) {
      const way = wayTo(fragmentUrl(url, quote), here);
      return row("a", { ...way, title: texts.openSource }, title || url);
    }
    const onclick = async () => {
      this.#status = (await showQuote(quote)) ? texts.marked : texts.absent;
      this.#at = index;
      this.draw();
    };
    return row("button", { type: "button", title: texts.showSource, onclick });
  }
}
