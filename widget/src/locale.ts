/** The texts of each language are files of their own: a visitor loads those of one, and those of writing when they write. */

import type english from "../../server/answerback/i18n/locales/en.json";
import { languageOf } from "./core/texts.js";
import { fetched } from "./retrying.js";

/** What is read; the rest is there once there is code for writing. */
export type Texts = Widget["widget"] & Widget["writing"] & { kinds: Kinds; yourReport: string };
type Widget = typeof english;
type Kinds = Widget["reports"]["kinds"];

/** The texts of one language and how it writes numbers and times. */
export interface Locale {
  lang: string;
  texts: Texts;
}

/** Where the build has put the texts of a language, `@`, below the server's address, and those of writing. */
declare const LANGUAGE_FILE: string;
declare const WRITING_FILE: string;

type Part = { default: Partial<Texts> };

const known = new Map<string, Texts>();
let base = "";
let writing = false;

export function learn(lang: string, texts: Partial<Texts>): void {
  known.set(lang, { ...known.get(lang), ...texts } as Texts);
}

const take = async (file: string, lang: string): Promise<void> =>
  learn(lang, (await fetched<Part>(new URL(file.replace("@", lang), base).href)).default);

/** Fetches the texts of writing in each language that is here, and from now on in each that comes. */
export async function learnWriting(): Promise<void> {
  writing = true;
  await Promise.all([...known.keys()].map((lang) => take(WRITING_FILE, lang)));
}

/** A language if its texts are here; else null, and `then` is called once they have come. */
export function localeOf(wanted: string, at: string, then: () => void): Locale | null {
  base = at;
  const lang = languageOf(wanted);
  const texts = known.get(lang);
  if (texts) return { lang, texts };
  // The browser fetches it once, however often it is asked for.
  const rest = writing ? take(WRITING_FILE, lang) : null;
  Promise.all([take(LANGUAGE_FILE, lang), rest]).then(then, () => undefined);
  return null;
}
