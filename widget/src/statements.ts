/**
 * What a page says of itself holds for the address at which it came to be said. Frameworks change the address, the canonical
 * link and the content one after the other, in any order; some never change the link at all.
 */

/** Parameters that come and go while the page stays. */
const TRACKING = /^(utm_.*|.*clid|_g[al]|mc_[ce]id)$/i;

interface Statement {
  text: string;
  address: string;
}

const statements = new WeakMap<object, Statement>();

/** What of a fragment may be a page: a route. */
export const routeOf = ({ hash }: URL | Location): string => (/^#[/!]/.test(hash) ? hash : "");

/** Where we are. */
export function here(at: URL | Location = location): string {
  const query = new URLSearchParams(at.search);
  for (const name of [...query.keys()]) if (TRACKING.test(name)) query.delete(name);
  return `${at.pathname}?${query}${routeOf(at)}`;
}

/** Whether somebody says it of this page: the same words from the same mouth as on a page before are not believed. */
export function isSaidHere(by: object, text: string): boolean {
  let said = statements.get(by);
  if (said?.text !== text) {
    const now: Statement = { text, address: here() };
    statements.set(by, now);
    said = now;
    // An address set in the same task wins.
    setTimeout(() => {
      now.address = here();
    });
  }
  return said.address === here();
}

/** The canonical address; null where there is none, or only one of a page before. */
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
