/** Language selection, and texts with values and plural forms filled in. */

/** A text's forms by plural category; some numbers have their own: "yesterday". */
export type Forms = { other: string } & Partial<Record<Intl.LDMLPluralRule | number, string>>;

/** Alternative language tags, and the right-to-left languages. */
declare const ALSO: Record<string, string>;
declare const RIGHT_TO_LEFT: string[];
/** All supported languages. */
declare const LANGUAGES: string[];

export const isRightToLeft = (lang: string): boolean => RIGHT_TO_LEFT.includes(lang);

/** The requested language or its closest supported match; else English. */
export function languageOf(wanted: string, languages = LANGUAGES): string {
  let tag = wanted.toLowerCase();
  while (tag && !languages.includes(tag))
    tag = Object.hasOwn(ALSO, tag) ? (ALSO[tag] as string) : tag.replace(/-?[^-]*$/, "");
  return tag || "en";
}

/** Fills in the values of a text like "Reply to {name}". */
export const fill = (text: string, values: Record<string, string>): string =>
  text.replace(/{(\w+)}/g, (_, name: string) => values[name] as string);

const rules = new Map<string, Intl.PluralRules>();

/** The plural form for a number, which replaces `{n}`. */
export function counted(forms: Forms, n: number, lang: string): string {
  const rule = rules.get(lang) ?? new Intl.PluralRules(lang);
  rules.set(lang, rule);
  // A page's first number formatting takes 100 ms on a phone, and below 1,000 all our languages write plain
  // digits.
  return (forms[n] ?? forms[rule.select(n)] ?? forms.other).replace(
    "{n}",
    n < 1_000 ? `${n}` : n.toLocaleString(lang),
  );
}
