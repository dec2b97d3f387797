/** Which language is spoken, and its texts with values filled in, in the form that a language has for a number. */

/** The forms of a text by plural category; some numbers have one of their own: "yesterday". */
export type Forms = { other: string } & Partial<Record<Intl.LDMLPluralRule | number, string>>;

/** Other tags of languages, and those that are written from the right. */
declare const ALSO: Record<string, string>;
declare const RIGHT_TO_LEFT: string[];
/** All languages. */
declare const LANGUAGES: string[];

export const isRightToLeft = (lang: string): boolean => RIGHT_TO_LEFT.includes(lang);

/** The language that is wanted, or that it is a kind of, if there is such a one; else English. */
export function languageOf(wanted: string, languages = LANGUAGES): string {
  let tag = wanted.toLowerCase();
  while (tag && !languages.includes(tag))
    tag = Object.hasOwn(ALSO, tag) ? (ALSO[tag] as string) : tag.replace(/-?[^-]*$/, "");
  return tag || "en";
}

/** "Reply to {name}" with its values. */
export const fill = (text: string, values: Record<string, string>): string =>
  text.replace(/{(\w+)}/g, (_, name: string) => values[name] as string);

const rules = new Map<string, Intl.PluralRules>();

/** The form for a number, which is its `{n}`. */
export function counted(forms: Forms, n: number, lang: string): string {
  const rule = rules.get(lang) ?? new Intl.PluralRules(lang);
  rules.set(lang, rule);
  // The first number that a page formats costs 100 ms on a phone, and below a thousand all our languages write digits.
  return (forms[n] ?? forms[rule.select(n)] ?? forms.other).replace(
    "{n}",
    n < 1_000 ? `${n}` : n.toLocaleString(lang),
  );
}
