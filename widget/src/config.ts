/** Where an element belongs: from its attributes, else from the script tag, else from the page. */

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
  /** Null: the site's setting decides. */
  theme: string | null;
  lang: string | null;
  /** What the site's own server says of its user, signed. */
  ssoToken: string | null;
}

/** What the loader knows: the server's address and the script tag's options. */
export interface Defaults extends Options {
  base: string;
}

/** Where an element belongs; the loader's, so that the parts need not bring it again. */
export type Locate = (element: Element) => Config;

export const OPTION_NAMES = ["site", "page", "mode", "theme", "lang", "target", "ssoToken"] as const;

/** The attribute of an option: `data-sso-token` for `ssoToken`. */
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
 * What the server makes the page's key of, where nothing names the page: path and query of its canonical link, else its
 * whole address, of whose query only the site's own parameters count.
 */
export const pageOf = (link: URL | null, at: URL | Location): string =>
  link ? link.pathname + link.search + routeOf(at) : at.origin + here(at);

/** The server fetches the page from here, so a canonical address of another origin is of no use to it. */
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
