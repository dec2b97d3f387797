import { afterEach, describe, expect, it } from "vitest";
import { configOf, optionsOf } from "../src/config.js";
import { brightness } from "../src/elements/backdrop.js";

const defaults = { base: "https://our.example/", site: "demo" };

function element(attributes: Record<string, string>): HTMLElement {
  const made = document.createElement("answerback-comments");
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  document.body.append(made);
  return made;
}

afterEach(() => {
  document.head.replaceChildren();
  document.body.replaceChildren();
  document.documentElement.lang = "";
});

describe("an element's configuration", () => {
  it("comes from its attributes, with or without data-", () => {
    expect(optionsOf(element({ "data-site": "a", page: "/p", "data-theme": "dark" }))).toEqual({
      site: "a",
      page: "/p",
      theme: "dark",
    });
  });

  it("falls back to the script tag", () => {
    const config = configOf(element({}), { ...defaults, page: "/tag", theme: "light" });
    expect(config).toMatchObject({
      site: "demo",
      page: "/tag",
      theme: "light",
      base: "https://our.example/",
    });
  });

  it("has a title of whole characters, which the server truncates", () => {
    for (const [title, kept] of [
      [`${"a".repeat(299)}😀b`, `${"a".repeat(299)}😀b`],
      ["half \ud83d and \ude00", "half  and "],
    ] as const) {
      document.title = title;
      expect(configOf(element({}), defaults).title).toBe(kept);
    }
  });

  it("uses the page of the canonical link, else of the URL", () => {
    expect(configOf(element({}), defaults).page).toBe(`${location.href}?`);
    const link = document.createElement("link");
    link.rel = "canonical";
    link.href = "https://blog.example/?p=1";
    document.head.append(link);
    expect(configOf(element({}), defaults).page).toBe("/?p=1");
    expect(configOf(element({ "data-page": "own" }), defaults).page).toBe("own");
  });

  it("uses the language of the surrounding content", () => {
    document.documentElement.lang = "en";
    document.body.lang = "ko";
    expect(configOf(element({}), defaults).lang).toBe("ko");
    document.body.removeAttribute("lang");
    expect(configOf(element({}), defaults).lang).toBe("en");
    expect(configOf(element({ "data-lang": "ko" }), defaults).lang).toBe("ko");
  });
});

describe("the background behind an element", () => {
  it("is dark, light or unknown", () => {
    expect(brightness("rgb(255, 255, 255)")).toBeCloseTo(1);
    expect(brightness("rgb(20 20 20 / 0.9)")).toBeLessThan(0.1);
    expect(brightness("rgba(0, 0, 0, 0)")).toBeNull();
  });

  it("is equally bright in every notation", () => {
    for (const white of [
      "color(srgb 1 1 1)",
      "lab(100 0 0)",
      "lch(100 0 none)",
      "oklab(1 0 0)",
      "oklch(1 0 0)",
    ])
      expect(brightness(white), white).toBeCloseTo(1);
    for (const dark of [
      "color(display-p3 0.1 0.1 0.12)",
      "lab(12 1 -4)",
      "oklch(0.23 0.02 264 / 0.9)",
      "color(xyz-d65 0.01 0.01 0.01)",
    ])
      expect(brightness(dark), dark).toBeLessThan(0.2);
    for (const grey of [
      "rgb(118, 118, 118)",
      "color(srgb 0.463 0.463 0.463)",
      "lab(50 0 0)",
      "oklab(0.566 0 0)",
    ])
      expect(brightness(grey), grey).toBeCloseTo(0.46, 1);
    for (const clear of ["oklch(0.9 0 0 / 0)", "color(srgb 0 0 0 / 0.2)", "transparent", ""])
      expect(brightness(clear), clear).toBeNull();
  });
});
