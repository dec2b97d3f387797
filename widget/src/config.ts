/** An element's configuration: from its attributes, else the script tag, else the page. */

import { canonical, here, routeOf } from "./statements.js";

export interface Options {
  site?: string | undefined;
  page?: string | undefined;
  mode?: string | undefined;
  theme?: string | undefined;
  lang?: string | undefined;
  target?: string | undefined;
  ssoToken?: string | undefined;
}

export interface Config {
  base: string;
  site: string;
  page: string;
  url: string;
  title: string;
  /** Null: use the site's setting. */
  theme: string | null;
  lang: string | null;
  /** A signed token from the site's own server that identifies its user. */
  ssoToken: string | null;
}

/** What the loader knows: the server's URL and the script tag's options. */
export interface Defaults extends Options {
  base: string;
}

/**
 * Returns an element's configuration; passed in by the loader, so that the parts need not bundle it again.
 */
export type Locate = (element: Element) => Config;

export const OPTION_NAMES = ["site", "page", "mode", "theme", "lang", "target", "ssoToken"] as const;

/** The attribute for an option: `data-sso-token` for `ssoToken`. */
export const attributeOf = (name: string): string =>
  `data-${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

export function optionsOf(element: Element): Options {
  const options: Options = {};
  for (const name of OPTION_NAMES) {
    const value = element.getAttribute(attributeOf(name)) ?? element.getAttribute(name);
    if (value) options[name] = value;
  }
  return options;
}

/**
 * What the server derives the page key from if no page is named: the path and query of the canonical link,
 * else the full URL. Of that URL's query, only the site's own parameters count.
 */
export const pageOf = (link: URL | null, at: URL | Location): string =>
  link ? link.pathname + link.search + routeOf(at) : at.origin + here(at);

/** The server fetches the page from this URL, so a canonical link to another origin is of no use. */
function pageUrl(): string {
  const url = canonical();
  const known = url?.origin === location.origin ? url.href : location.href;
  return known.split("#")[0] as string;
}

export function configOf(element: Element, defaults: Defaults): Config {
  const pageLang =
    element.parentElement?.closest("[lang]")?.getAttribute("lang") ?? document.documentElement.lang;
  const {
    base,
    site = "",
    page = pageOf(canonical(), location),
    theme = null,
    lang = pageLang || null,
    ssoToken = null,
  } = { ...defaults, ...optionsOf(element) };
  // The server truncates the title and refuses lone surrogates.
  const title = document.title.replace(/[\p{Cs}\0]/gu, "");
  return { base, site, page, url: pageUrl(), title, theme, lang, ssoToken };
}
