/** The words of each language are a part of their own: a visitor loads those of one. */

import type { Texts } from "./en.js";

export type Language = "en" | "ko";

/** Where the build has put each language, below the server's address. */
declare const LANGUAGE_FILES: Record<Language, string>;

const known = new Map<Language, Texts>();
const coming = new Map<Language, Promise<void>>();

export function learn(lang: Language, texts: Texts): void {
  known.set(lang, texts);
}

export function languageOf(wanted: string): Language {
  return /^ko\b/i.test(wanted) ? "ko" : "en";
}

/** The words if they are here; else null, and `then` is called once they have come. */
export function textsIn(lang: Language, base: string, then: () => void): Texts | null {
  const texts = known.get(lang);
  if (!texts) void fetched(lang, base).then(then, () => undefined);
  return texts ?? null;
}

function fetched(lang: Language, base: string): Promise<void> {
  const waiting =
    coming.get(lang) ??
    import(/* @vite-ignore */ new URL(LANGUAGE_FILES[lang], base).href).then((part) =>
      learn(lang, part.default),
    );
  coming.set(lang, waiting);
  return waiting;
}
