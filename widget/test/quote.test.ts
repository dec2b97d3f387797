import { describe, expect, it } from "vitest";
import { findQuote, fragmentUrl, samePage } from "../src/core/quote.js";

function shown(texts: string[], quote: string): string | null {
  const found = findQuote(texts, quote);
  if (!found) return null;
  const { start, end } = found;
  return texts
    .map((text, at) => {
      if (at < start.text || at > end.text) return "";
      return text.slice(at === start.text ? start.offset : 0, at === end.text ? end.offset : undefined);
    })
    .join("");
}

describe("a quotation on the page", () => {
  it("is found across elements and line breaks", () => {
    const texts = ["The “Fresnel\n   lens”, introduced in ", "1823", " at Cordouan, changed everything."];
    expect(shown(texts, 'The "Fresnel lens", introduced in 1823 at Cordouan')).toBe(
      "The “Fresnel\n   lens”, introduced in 1823 at Cordouan",
    );
  });

  it("is found despite other dashes, soft hyphens and case", () => {
    expect(shown(["A light\u00adhouse – a fire on a hill"], "a lighthouse - a Fire")).toBe(
      "A light\u00adhouse – a fire",
    );
  });

  it("is found in Korean and beyond the basic plane", () => {
    expect(
      shown(["😀 등대지기는 네 시간마다", " 심지를 다듬었습니다. 😀"], "네 시간마다 심지를 다듬었습니다. 😀"),
    ).toBe("네 시간마다 심지를 다듬었습니다. 😀");
  });

  it("is found by its longest part or its beginning", () => {
    const texts = [
      "Keepers trimmed the wicks every four hours. Before electricity, colza oil was the usual fuel.",
    ];
    expect(shown(texts, "Keepers … Before electricity, colza oil was")).toBe(
      "Before electricity, colza oil was",
    );
    const begun = "Keepers trimmed the wicks every four hours. Before electricity they sang.";
    expect(shown(texts, begun)).toContain("Keepers trimmed the wicks");
  });

  it("is found in a row whose first cell spans others", () => {
    const texts = [
      "Saturday",
      " ",
      "Day",
      "Departs",
      "Pier",
      "Saturday",
      "08:30",
      "North",
      "16:15",
      "South",
      "Sunday",
    ];
    expect(shown(texts, "Day\tDeparts\tPier\nSaturday\t16:15\tSouth")).toBe("Saturday08:30North16:15South");
  });

  it("is found around superscript and struck-out text", () => {
    expect(shown(["A poster costs €7", "50", ", framed €9."], "A poster costs €7.50, framed €9.")).toBe(
      "A poster costs €750, framed €9.",
    );
    expect(shown(["It holds 10", "9", " litres."], "It holds 10⁹ litres.")).toBe("It holds 109 litres.");
    const struck = ["The model ship is ", "€120", " ", "€95", " and a lamp is €12."];
    expect(shown(struck, "The model ship is €95 and a lamp is €12.")).toBe(struck.join(""));
  });

  it("is not found where it is not", () => {
    expect(findQuote(["Something else entirely."], "Keepers trimmed the wicks")).toBeNull();
    expect(findQuote(["anything"], "  ")).toBeNull();
  });
});

describe("URLs", () => {
  it("link to a passage on another page", () => {
    expect(fragmentUrl("https://a.example/x#y", "well-known fact")).toBe(
      "https://a.example/x#:~:text=well%2Dknown%20fact",
    );
    const long = "one two three four five six seven eight nine ten eleven twelve thirteen";
    expect(fragmentUrl("https://a.example/", long)).toBe(
      "https://a.example/#:~:text=one%20two%20three%20four%20five,nine%20ten%20eleven%20twelve%20thirteen",
    );
    expect(fragmentUrl("https://a.example/", "Day\tDeparts\tPier\nSaturday\t16:15\tSouth")).toBe(
      "https://a.example/#:~:text=Saturday,South",
    );
    expect(fragmentUrl("https://a.example/", "Saturday\t7:00 to 12:30")).toBe(
      "https://a.example/#:~:text=Saturday,7%3A00%20to%2012%3A30",
    );
  });

  it("are the same page with any fragment or trailing slash", () => {
    expect(samePage("https://a.example/x/#1", "https://a.example/x")).toBe(true);
    expect(samePage("https://a.example/x/index.html", "https://a.example/x/")).toBe(true);
    expect(samePage("https://a.example/x?p=1", "https://a.example/x?p=2")).toBe(false);
  });
});
