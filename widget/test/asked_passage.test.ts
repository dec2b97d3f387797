import { describe, expect, it } from "vitest";
import { askedOf, passageOf, withPassage } from "../src/core/asked_passage.js";

describe("a question about a passage", () => {
  it("is one line of the page's words, then what is asked", () => {
    const quote = passageOf("  The oven\n\twas built\u00a0in 1889. ");
    expect(quote).toBe("The oven was built in 1889.");
    const sent = withPassage({ quote, text: "By whom?\n\nAnd why?" });
    expect(sent).toBe("> The oven was built in 1889.\n\nBy whom?\n\nAnd why?");
    expect(askedOf(sent)).toEqual({ quote, text: "By whom?\n\nAnd why?" });
  });

  it("needs words, in whatever script", () => {
    expect(passageOf(" – … !")).toBe("");
    expect(passageOf("오븐")).toBe("오븐");
  });

  it("is cut at a word to what a question may hold", () => {
    const quote = passageOf("word ".repeat(300));
    expect(quote.length).toBeLessThanOrEqual(500);
    expect(quote.endsWith("word…")).toBe(true);
    const sent = withPassage({ quote, text: "x".repeat(1_900) });
    expect(sent.length).toBeLessThanOrEqual(2_000);
    expect(sent).toMatch(/^> word word .*word…\n\nx+$/);
    expect(withPassage({ quote, text: "x".repeat(1_990) })).toBe("x".repeat(1_990));
  });

  it("is what it says where no passage is quoted", () => {
    for (const text of ["Why?", "> only a quote", "a\n> b\n\nc"]) {
      expect(askedOf(text)).toEqual({ quote: "", text });
      expect(withPassage({ quote: "", text })).toBe(text);
    }
  });
});
