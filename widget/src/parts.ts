/** Lazy-loaded parts: code that not every visitor needs. */

import { styleSheet } from "./dom.js";
import { learnMore, type Texts, textsOfWriting } from "./locale.js";
import { tried } from "./retrying.js";

/** The code for writing, asking and signing in. */
export type Writing = typeof import("./writing/index.js");

let here: Writing | null = null;

/** Called when a part has loaded. */
export const waiting = new Set<() => void>();
/** The style sheets of the loaded parts. */
export const sheets: CSSStyleSheet[] = [];

/** The writing code, if it has loaded. */
export const writing = (): Writing | null => here;

/** Loads something once; after a failure, the next call retries. */
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

/** The build makes one file per language, with the same code and that language's texts. */
const textsOfAnswers = async (_lang: string): Promise<Partial<Texts>> => {
  answers = await import("./answers/index.js");
  return answers.words;
};

/** The code that renders answers, if it has loaded. */
export const answering = (): Answers | undefined => answers;

/** Loads the code that renders answers. */
export const toAnswer = once(async () => {
  await learnMore(textsOfAnswers);
  (answers as Answers).define();
  return answers as Answers;
});

/** Loads the writing code, and with it the code that renders answers. */
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

/** Loads the code that finds passages on the page and highlights them. */
export const highlighting = (): Promise<typeof import("./highlight.js")> =>
  tried(() => import("./highlight.js"));
