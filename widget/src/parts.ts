/** Code that few visitors need, and only once they do something: fetched then. */

import { learnWriting } from "./locale.js";
import { tried } from "./retrying.js";

/** All that it takes to write, to ask and to sign in. */
export type Writing = typeof import("./writing/index.js");

let here: Writing | null = null;
let coming: Promise<Writing> | null = null;

/** Who is told when what it takes to write has come. */
export const waiting = new Set<() => void>();

/** What it takes to write, if it is here. */
export const writing = (): Writing | null => here;

/** Fetches what it takes to write, once; when that has failed, anew at the next call. */
export function toWrite(): Promise<Writing> {
  coming ??= tried(() => Promise.all([import("./writing/index.js"), learnWriting()])).then(
    ([part]) => {
      here = part;
      for (const tell of waiting) tell();
      return part;
    },
    (error) => {
      coming = null;
      throw error;
    },
  );
  return coming;
}

/** The style sheet of a named theme; empty if unknown. */
export const lookOf = (name: string): Promise<string> =>
  tried(() => import("./looks.js")).then(
    ({ looks }) => looks[name] ?? "",
    () => "",
  );

/** Marks a quotation on the page; false where it is not to be found. */
export const showQuote = (quote: string): Promise<boolean> =>
  tried(() => import("./highlight.js")).then(
    (part) => part.showOnPage(quote),
    () => false,
  );
