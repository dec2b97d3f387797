import { describe, expect, it } from "vitest";
import { askedOf, passageOf, withPassage } from "../src/core/asked_passage.js";

describe("a question about a passage", () => {
  it("quotes the passage on one line, then asks", () => {
    const quote = passageOf("  The oven\n\twas built\u00a0in 1889. ");
    expect(quote).toBe("The oven was built in 1889.");
    const sent = withPassage({ quote, text: "By whom?\n\nAnd why?" });
    expect(sent).toBe("> The oven was built in 1889.\n\nBy whom?\n\nAnd why?");
    expect(askedOf(sent)).toEqual({ quote, text: "By whom?\n\nAnd why?" });
  });

  it("needs words, in any script", () => {
    expect(passageOf(" – … !")).toBe("");
    expect(passageOf("오븐")).toBe("오븐");
  });

  it("truncates the passage at a word to fit the limit", () => {
    const quote = passageOf("word ".repeat(300));
    expect(quote.length).toBeLessThanOrEqual(500);
    expect(quote.endsWith("word…")).toBe(true);
    const sent = withPassage({ quote, text: "x".repeat(1_900) });
    expect(sent.length).toBeLessThanOrEqual(2_000);
    expect(sent).toMatch(/^> word word .*word…\n\nx+$/);
    expect(withPassage({ quote, text: "x".repeat(1_990) })).toBe("x".repeat(1_990));
  });

  it("is sent as is without a passage", () => {
    for (const text of ["Why?", "> only a quote", "a\n> b\n\nc"]) {
      expect(askedOf(text)).toEqual({ quote: "", text });
      expect(withPassage({ quote: "", text })).toBe(text);
    }
  });
});
