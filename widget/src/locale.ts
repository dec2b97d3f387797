/** The texts of each language are files of their own: a visitor loads those of one, and those of writing when they write. */

import type english from "../../server/answerback/i18n/locales/en.json";
import { languageOf } from "./core/texts.js";
import type { Ago } from "./core/time.js";
import { fetched } from "./retrying.js";

/** What is read; the rest is there once there is code for writing. */
export type Texts = Widget["widget"] & Widget["writing"] & Ago & { kinds: Kinds; yourReport: string };
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
/** Where texts come from that not everyone needs, for each language that is here. */
const sources: ((lang: string) => Promise<Partial<Texts>>)[] = [];
let base = "";

export function learn(lang: string, texts: Partial<Texts>): void {
  known.set(lang, { ...known.get(lang), ...texts } as Texts);
}

const textsIn = async (file: string, lang: string): Promise<Partial<Texts>> =>
  (await fetched<Part>(new URL(file.replace("@", lang), base).href)).default;

/** Learns further texts in each language that is here, and from now on in each that comes. */
export async function learnMore(textsOf: (lang: string) => Promise<Partial<Texts>>): Promise<void> {
  if (!sources.includes(textsOf)) sources.push(textsOf);
  await Promise.all([...known.keys()].map(async (lang) => learn(lang, await textsOf(lang))));
}

export const textsOfWriting = (lang: string): Promise<Partial<Texts>> => textsIn(WRITING_FILE, lang);

/** A language if its texts are here; else null, and `then` is called once they have come. */
export function localeOf(wanted: string, at: string, then: () => void): Locale | null {
  base = at;
  const lang = languageOf(wanted);
  const texts = known.get(lang);
  if (texts) return { lang, texts };
  // The browser fetches each once, however often it is asked for.
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
