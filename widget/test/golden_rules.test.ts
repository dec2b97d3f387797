/** Rules shared by server and widget: tests/golden has the cases, which the server's tests run too. */

import { describe, expect, it } from "vitest";
import calls from "../../tests/golden/calls.json";
import limits from "../../tests/golden/limits.json";
import pages from "../../tests/golden/pages.json";
import questions from "../../tests/golden/questions.json";
import quotes from "../../tests/golden/quotes.json";
import { pageOf } from "../src/config.js";
import * as own from "../src/core/limits.js";
import { findQuote } from "../src/core/quote.js";
import { callsAi, maybeAsked } from "../src/writing/asking.js";
import { typed } from "../src/writing/fields.js";

describe("what calls the AI", () => {
  it.each(calls.cases)("$body", ({ body, calls: does }) => {
    expect(callsAi(body)).toBe(does);
  });
});

describe("a question in each language", () => {
  it.each(Object.entries(questions.languages))("is recognized: %s", (_, { asks }) => {
    expect(asks.filter((body) => !maybeAsked(body, null, "questions"))).toEqual([]);
  });
});

describe("a quote on a page", () => {
  it.each(quotes.cases)("$quote in $text", ({ text, quote, found }) => {
    expect(findQuote([text], quote) !== null).toBe(found);
  });
});

describe("the key of a page", () => {
  it.each(pages.widget)("$at, $canonical", ({ at, canonical, said }) => {
    expect(pageOf(canonical ? new URL(canonical) : null, new URL(at))).toBe(said);
  });
});

describe("text length limits", () => {
  it("match the server's", () => {
    expect(limits.limits).toEqual({
      body: own.BODY_LIMIT,
      user_input: own.QUESTION_LIMIT,
      name: own.NAME_LIMIT,
      reason: own.REASON_LIMIT,
    });
  });

  it.each(limits.cases)("counts $length in '$text'", ({ text, length }) => {
    expect(own.lengthOf(text)).toBe(length);
  });

  it.each([
    ["a😀b", 3, 4, "a😀b"],
    ["a😀😀b", 3, 5, "a😀b"],
    ["😀xyzb", 2, 5, "😀b"],
    ["abcX", 3, 4, "abc"],
  ])("cuts '%s' to %i characters at the caret", (value, most, caret, kept) => {
    const field = document.createElement("textarea");
    field.value = value;
    field.setSelectionRange(caret, caret);
    const heard: string[] = [];
    field.addEventListener("input", (event) => heard.push(typed(event, most)));
    field.dispatchEvent(new Event("input"));
    expect([field.value, ...heard]).toEqual([kept, kept]);
  });
});
