/** The texts of each language are a file of their own: a visitor loads those of one. */

import type english from "../../server/answerback/i18n/locales/en.json";
import { languageOf } from "./core/texts.js";

export type Texts = (typeof english)["widget"];

/** The texts of one language and how it writes numbers and times. */
export interface Locale {
  lang: string;
  texts: Texts;
}

/** Where the build has put each language, below the server's address. */
declare const LANGUAGE_FILES: Record<string, string>;

const known = new Map<string, Texts>();

export function learn(lang: string, texts: Texts): void {
  known.set(lang, texts);
}

/** A language if its texts are here; else null, and `then` is called once they have come. */
export function localeOf(wanted: string, base: string, then: () => void): Locale | null {
  const lang = languageOf(wanted, LANGUAGE_FILES);
  const texts = known.get(lang);
  if (texts) return { lang, texts };
  const arrived = (part: { default: Texts }) => {
    learn(lang, part.default);
    then();
  };
  // The browser caches the request.
  import(/* @vite-ignore */ new URL(LANGUAGE_FILES[lang] as string, base).href).then(
    arrived,
    () => undefined,
  );
  return null;
}
