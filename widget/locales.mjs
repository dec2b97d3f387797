/** Reads the widget's texts from the same locale files that the server uses. */

import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const SERVER = join(dirname(fileURLToPath(import.meta.url)), "../server/answerback");

/** Reads the JSON files in a folder, keyed by name. */
async function readAll(folder) {
  const names = (await readdir(join(SERVER, folder))).filter((name) => name.endsWith(".json")).sort();
  const read = async (name) => [
    name.slice(0, -".json".length),
    JSON.parse(await readFile(join(SERVER, folder, name), "utf8")),
  ];
  return Object.fromEntries(await Promise.all(names.map(read)));
}

/** The texts loaded with the writing code: its own, plus the report texts shared with our own pages. */
export const textsOfWriting = ({ writing, widget: { answer }, reports: { kinds, report } }) => ({
  ...writing,
  answer,
  kinds,
  yourReport: report,
});

const UNITS = ["year", "month", "week", "day", "hour", "minute"];

/**
 * "3 hours ago" in a language: for each unit, a form per plural category, plus exceptions for single numbers
 * ("yesterday").
 */
export function agoIn(lang) {
  const format = new Intl.RelativeTimeFormat(lang, { numeric: "auto" });
  const rule = new Intl.PluralRules(lang);
  return UNITS.map((unit) => {
    const forms = {};
    // Large numbers come first and set the regular form of their category; smaller ones may be exceptions.
    for (let n = 120; n > 0; n--) {
      const text = format.format(-n, unit).replace(`${n}`, "{n}");
      const category = rule.select(n);
      forms[category] ??= text;
      if (forms[category] !== text) forms[n] = text;
    }
    for (const [name, text] of Object.entries(forms)) {
      if (name > "a" && name !== "other" && text === forms.other) delete forms[name];
    }
    return forms;
  });
}

/** Texts loaded with the code that renders answers. */
const OF_ANSWERS = (
  "aiAnswer answer aiCaution quoteCaution verified corrected withdrawn renewed outdated history queued stop " +
  "stopped failed unanswered ready retryAt withheld sources showSource openSource ownersAnswer marked " +
  "absent helpful yes no thanks"
).split(" ");

/** The texts that are in `OF_ANSWERS` (`named`), or those that are not. */
const chosen = (texts, named) =>
  Object.fromEntries(Object.entries(texts).filter(([name]) => OF_ANSWERS.includes(name) === named));

/**
 * The widget's texts by language: those every reader needs, and those loaded with the answer and writing
 * code.
 */
export async function readLocales() {
  const files = Object.entries(await readAll("i18n/locales"));
  const reading = files.map(([lang, { widget }]) => [lang, { ...chosen(widget, false), ago: agoIn(lang) }]);
  const answers = files.map(([lang, { widget }]) => [lang, chosen(widget, true)]);
  // Language tags that do not start with their language's own tag.
  const also = Object.fromEntries(files.flatMap(([lang, { also = [] }]) => also.map((tag) => [tag, lang])));
  const rightToLeft = files.filter(([, { direction }]) => direction === "rtl").map(([lang]) => lang);
  const writing = Object.fromEntries(files.map(([lang, texts]) => [lang, textsOfWriting(texts)]));
  return {
    reading: Object.fromEntries(reading),
    answers: Object.fromEntries(answers),
    writing,
    also,
    rightToLeft,
  };
}

/**
 * Regular expressions for calling the AI and for asking questions, across all languages, as build constants.
 */
export async function readAsking() {
  const languages = Object.values(await readAll("core/languages/data"));
  const calls = languages.flatMap(({ calls = [] }) => calls);
  const questions = languages.flatMap(({ asks = [], likely_question = asks }) => likely_question);
  // Python's `\b` knows the letters of every script, JavaScript's only ASCII.
  const edge = String.raw`(?:(?<![\p{L}\p{N}_])(?=[\p{L}\p{N}_])|(?<=[\p{L}\p{N}_])(?![\p{L}\p{N}_]))`;
  const likely = ["[?？؟]", ...questions].join("|").replaceAll(String.raw`\b`, edge);
  return {
    CALLS_AI: JSON.stringify(`(^|[^\\w./+-])@(${["(ai|answerback)(?!\\.?[\\w@-])", ...calls].join("|")})`),
    LIKELY_QUESTION: JSON.stringify(likely),
  };
}
