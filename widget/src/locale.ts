/**
 * Each language's texts are separate files: a visitor loads one language, and its writing texts only when
 * writing.
 */

import type english from "../../server/answerback/i18n/locales/en.json";
import { languageOf } from "./core/texts.js";
import type { Ago } from "./core/time.js";
import { fetched } from "./retrying.js";

/** Reading texts; the others are there once the writing code has loaded. */
export type Texts = Widget["widget"] & Widget["writing"] & Ago & { kinds: Kinds; yourReport: string };
type Widget = typeof english;
type Kinds = Widget["reports"]["kinds"];

/** A language and its texts. */
export interface Locale {
  lang: string;
  texts: Texts;
}

/**
 * Build output paths of the texts for the language `@`, relative to the server's URL: reading and writing.
 */
declare const LANGUAGE_FILE: string;
declare const WRITING_FILE: string;

type Part = { default: Partial<Texts> };

const known = new Map<string, Texts>();
/** Loaders of optional texts, run for every language in use. */
const sources: ((lang: string) => Promise<Partial<Texts>>)[] = [];
let base = "";

export function learn(lang: string, texts: Partial<Texts>): void {
  known.set(lang, { ...known.get(lang), ...texts } as Texts);
}

const textsIn = async (file: string, lang: string): Promise<Partial<Texts>> =>
  (await fetched<Part>(new URL(file.replace("@", lang), base).href)).default;

/** Loads additional texts for every loaded language, and for those loaded later. */
export async function learnMore(textsOf: (lang: string) => Promise<Partial<Texts>>): Promise<void> {
  if (!sources.includes(textsOf)) sources.push(textsOf);
  await Promise.all([...known.keys()].map(async (lang) => learn(lang, await textsOf(lang))));
}

export const textsOfWriting = (lang: string): Promise<Partial<Texts>> => textsIn(WRITING_FILE, lang);

/** A locale if its texts are loaded; otherwise null, and `then` is called once they are. */
export function localeOf(wanted: string, at: string, then: () => void): Locale | null {
  base = at;
  const lang = languageOf(wanted);
  const texts = known.get(lang);
  if (texts) return { lang, texts };
  // The browser's module cache loads each file only once.
  const all = [textsIn(LANGUAGE_FILE, lang), ...sources.map((textsOf) => textsOf(lang))];
  Promise.all(all).then(
    (found) => {
      learn(lang, Object.assign({}, ...found));
      then();
    },
    () => undefined,
  );
  return null;
}
