/** What the widget has of languages, from the files that the server reads too. */

import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const SERVER = join(dirname(fileURLToPath(import.meta.url)), "../server/answerback");

/** The JSON files of a folder, by name. */
async function readAll(folder) {
  const names = (await readdir(join(SERVER, folder))).filter((name) => name.endsWith(".json")).sort();
  const read = async (name) => [
    name.slice(0, -".json".length),
    JSON.parse(await readFile(join(SERVER, folder, name), "utf8")),
  ];
  return Object.fromEntries(await Promise.all(names.map(read)));
}

/** What is fetched with the code for writing: its own texts, and those of reports that our own pages have too. */
export const textsOfWriting = ({ writing, widget: { answer }, reports: { kinds, report } }) => ({
  ...writing,
  answer,
  kinds,
  yourReport: report,
});

const UNITS = ["year", "month", "week", "day", "hour", "minute"];

/** "3 hours ago" in a language: for each unit the forms by plural category, and those of single numbers ("yesterday"). */
export function agoIn(lang) {
  const format = new Intl.RelativeTimeFormat(lang, { numeric: "auto" });
  const rule = new Intl.PluralRules(lang);
  return UNITS.map((unit) => {
    const forms = {};
    // From numbers that are said like all of their category down to those that may not be.
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

/** Texts that are fetched with the code that shows answers. */
const OF_ANSWERS = (
  "aiAnswer answer aiCaution quoteCaution verified corrected withdrawn renewed outdated history queued stop " +
  "stopped failed unanswered ready retryAt withheld sources showSource openSource ownersAnswer marked " +
  "absent helpful yes no thanks"
).split(" ");

/** The texts that a list names, or those that it does not. */
const chosen = (texts, named) =>
  Object.fromEntries(Object.entries(texts).filter(([name]) => OF_ANSWERS.includes(name) === named));

/** The widget's texts by language: those of reading, and those of answers and of writing, which are fetched with their code. */
export async function readLocales() {
  const files = Object.entries(await readAll("i18n/locales"));
  const reading = files.map(([lang, { widget }]) => [lang, { ...chosen(widget, false), ago: agoIn(lang) }]);
  const answers = files.map(([lang, { widget }]) => [lang, chosen(widget, true)]);
  // Tags that mean a language and do not begin with its own.
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

/** What calls the AI and what asks in any language: regular expressions, as the build puts them into the code. */
export async function readAsking() {
  const languages = Object.values(await readAll("core/languages/data"));
  const calls = languages.flatMap(({ calls = [] }) => calls);
  const questions = languages.flatMap(({ asks = [], likely_question = asks }) => likely_question);
  // Python's `\b` knows the letters of all languages, JavaScript's those of English.
  const edge = String.raw`(?:(?<![\p{L}\p{N}_])(?=[\p{L}\p{N}_])|(?<=[\p{L}\p{N}_])(?![\p{L}\p{N}_]))`;
  const likely = ["[?？؟]", ...questions].join("|").replaceAll(String.raw`\b`, edge);
  return {
    CALLS_AI: JSON.stringify(`(^|[^\\w./+-])@(${["(ai|answerback)(?!\\.?[\\w@-])", ...calls].join("|")})`),
    LIKELY_QUESTION: JSON.stringify(likely),
  };
}
