/** Links to answers and sources. */

import { isHere } from "../core/quote.js";
import type { Props } from "../dom.js";

/**
 * A link's attributes: a comment on this page by its fragment, which the thread listens to; anything else in
 * a new tab.
 */
export function wayTo(url: string, here: string): Props {
  if (!isHere(url, here)) {
    return { href: /^https?:/i.test(url) ? url : null, target: "_blank", rel: "noopener" };
  }
  const { hash } = new URL(url, here);
  // Setting the same fragment again fires no hashchange event.
  const onclick = () => location.hash === hash && dispatchEvent(new Event("hashchange"));
  return { href: hash, onclick };
}
