/**
 * A page's metadata counts only for the URL at which it was set. Frameworks change the URL, the canonical
 * link and the content in any order; some never update the link at all.
 */

/** Query parameters that do not change the page. */
const TRACKING = /^(utm_.*|.*clid|_g[al]|mc_[ce]id)$/i;

interface Statement {
  text: string;
  address: string;
}

const statements = new WeakMap<object, Statement>();

/** The part of the fragment that may identify a page: a route. */
export const routeOf = ({ hash }: URL | Location): string => (/^#[/!]/.test(hash) ? hash : "");

/** The current page: path, query without tracking parameters, and route. */
export function here(at: URL | Location = location): string {
  const query = new URLSearchParams(at.search);
  for (const name of [...query.keys()]) if (TRACKING.test(name)) query.delete(name);
  return `${at.pathname}?${query}${routeOf(at)}`;
}

/** Whether a page name applies to the current URL: an unchanged value from a previous page does not. */
export function isSaidHere(by: object, text: string): boolean {
  let said = statements.get(by);
  if (said?.text !== text) {
    const now: Statement = { text, address: here() };
    statements.set(by, now);
    said = now;
    // A URL set in the same task wins.
    setTimeout(() => {
      now.address = here();
    });
  }
  return said.address === here();
}

/** The canonical URL; null if there is none, or if it is left over from a previous page. */
export function canonical(): URL | null {
  const link = document.querySelector<HTMLLinkElement>('link[rel~="canonical" i]');
  const href = link?.getAttribute("href");
  if (!link || !href || !isSaidHere(link, href)) return null;
  try {
    return new URL(href, document.baseURI);
  } catch {
    return null;
  }
}
