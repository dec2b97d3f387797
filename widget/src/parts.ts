/** Code that not everyone needs, fetched when it is needed. */

import { styleSheet } from "./dom.js";
import { learnMore, type Texts, textsOfWriting } from "./locale.js";
import { tried } from "./retrying.js";

/** All that it takes to write, to ask and to sign in. */
export type Writing = typeof import("./writing/index.js");

let here: Writing | null = null;

/** Who is told when a part has come. */
export const waiting = new Set<() => void>();
/** The style sheets of the parts that are here. */
export const sheets: CSSStyleSheet[] = [];

/** What it takes to write, if it is here. */
export const writing = (): Writing | null => here;

/** Fetches something once; when that has failed, anew at the next call. */
function once<T extends { css: string }>(fetch: () => Promise<T>): () => Promise<T> {
  let coming: Promise<T> | null = null;
  return () => {
    coming ??= tried(fetch).then(
      (part) => {
        sheets.push(styleSheet(part.css));
        for (const tell of waiting) tell();
        return part;
      },
      (error) => {
        coming = null;
        throw error;
      },
    );
    return coming;
  };
}

type Answers = typeof import("./answers/index.js");
let answers: Answers | undefined;

/** The build makes a file for each language, of the same code and its texts. */
const textsOfAnswers = async (_lang: string): Promise<Partial<Texts>> => {
  answers = await import("./answers/index.js");
  return answers.words;
};

/** What shows answers, if it is here. */
export const answering = (): Answers | undefined => answers;

/** Fetches what shows answers. */
export const toAnswer = once(async () => {
  await learnMore(textsOfAnswers);
  (answers as Answers).define();
  return answers as Answers;
});

/** Fetches what it takes to write, and with it what shows answers. */
export const toWrite = once(async () => {
  const [part] = await Promise.all([import("./writing/index.js"), learnMore(textsOfWriting), toAnswer()]);
  here = part;
  return part;
});

/** The style sheet of a named theme; empty if unknown. */
export const lookOf = (name: string): Promise<string> =>
  tried(() => import("./looks.js")).then(
    ({ looks }) => looks[name] ?? "",
    () => "",
  );

/** What finds passages on the page and marks them. */
export const highlighting = (): Promise<typeof import("./highlight.js")> =>
  tried(() => import("./highlight.js"));
