import { afterEach, expect, it, vi } from "vitest";
import { complain, isMistake, noSite } from "../src/mistakes.js";

const warned = vi.spyOn(console, "warn").mockImplementation(() => undefined);

afterEach(() => warned.mockClear());

it.each([
  "data-sit=a",
  "data-sites=a",
  "data-siet=a",
  "data-stie=a",
  "data-page-id=a",
  "data-pge=a",
  "data-lnag=ko",
  "data-language=ko",
  "data-targt=b",
  "data-sso=c",
  "data-ssotoken=c",
  "data-mode=comment",
  "data-theme=Dark",
  "data-theme=a=b",
])("%s is a mistake in one of our options", (pair) => {
  expect(isMistake(pair)).toBe(true);
  expect(warned).toHaveBeenCalledOnce();
});

it.each([
  "data-cfasync=false",
  "data-nscript=afterInteractive",
  "data-rh=true",
  "data-loaded=",
  "data-id=x",
  "data-name=x",
])("%s is another script's attribute", (pair) => {
  expect(isMistake(pair)).toBe(false);
  expect(warned).not.toHaveBeenCalled();
});

it("warns once, and lists what is allowed", () => {
  complain("Not here.");
  complain("Not here.");
  noSite();
  isMistake("data-mode=all");
  expect(warned.mock.calls.map(([text]) => text)).toEqual([
    "Answerback: Not here.",
    'Answerback: the tag has no data-site="…". A tag manager may have dropped it.',
    'Answerback: data-mode="all" is not one of both, comments, ask, none.',
  ]);
});
