import { describe, expect, it } from "vitest";
import english from "../../server/answerback/i18n/locales/en.json";
import korean from "../../server/answerback/i18n/locales/ko.json";
import ownNames from "../own_names.json";
import { hueOf, initialsOf, isUsedUp } from "../src/core/allowance.js";
import apiTypes from "../src/core/api_types.ts?raw";
import { counted, type Forms, fill, languageOf } from "../src/core/texts.js";
import { relativeTime } from "../src/core/time.js";
import * as tree from "../src/core/tree.js";
import type { Locale, Texts } from "../src/locale.js";
import { maybeAsked } from "../src/writing/asking.js";
import { ChatActions } from "../src/writing/chat_actions.js";
import * as writing from "../src/writing/index.js";
import { changeableUntil } from "../src/writing/notes.js";
import { quotaText } from "../src/writing/quota.js";
import { SessionActions } from "../src/writing/session_actions.js";
import { ThreadActions } from "../src/writing/thread_actions.js";
import { comment, quota, session } from "./making.js";

const { kinds, report: yourReport } = english.reports;
declare const AGO: Record<"en" | "ko", Forms[]>;
const en: Texts = { ...english.widget, ...english.writing, ago: AGO.en, kinds, yourReport };
const ko = { ...korean.widget, ...korean.writing, ago: AGO.ko };
const inEnglish: Locale = { lang: "en", texts: en };
const inKorean: Locale = { lang: "ko", texts: ko as Texts };
const NOW = Date.parse("2026-11-23T12:00:00.000Z");

describe("the daily quota", () => {
  const resets_at = new Date(2026, 10, 24, 0, 0).toISOString();
  const now = new Date(2026, 10, 23, 12, 0).getTime();

  it("is shown with its reset time in local time", () => {
    const some = quota({ used: 2, left: 3, resets_at });
    expect(quotaText(some, now, inEnglish)).toBe("3 of 5 AI answers left today");
    expect(quotaText(some, now, inKorean)).toBe("오늘 AI 답변 5번 중 3번 남았어요");
    expect(quotaText(quota({ used: 5, left: 0, resets_at }), now, inEnglish)).toBe(
      "No answers left today. More at 00:00.",
    );
    expect(quotaText(some, now, inEnglish, true)).toBe("3 of 5 answers left today");
    expect(quotaText(quota({ resets_at }), now, inEnglish)).toBe("5 of 5 AI answers left today");
  });

  it("is not shown if there is no limit", () => {
    expect(quotaText(quota({ limit: null, left: null }), now, inEnglish)).toBe("");
    expect(quotaText(null, now, inEnglish)).toBe("");
    expect(quotaText(quota({ limit: 0, left: 0 }), now, inEnglish)).toBe("No answers today");
  });

  it("is used up when no answers are left", () => {
    expect(isUsedUp(quota({ left: 0 }))).toBe(true);
    expect(isUsedUp(quota({ limit: null, left: null }))).toBe(false);
    expect(isUsedUp(null)).toBe(false);
  });
});

describe("quoted answers", () => {
  it("are attributed to the site, not to this page", () => {
    for (const words of [en.sources, en.quoteCaution, en.askQuotes]) expect(words).not.toContain("page");
    for (const words of [ko.sources, ko.quoteCaution, ko.askQuotes]) expect(words).toContain("사이트");
  });
});

describe("a visitor's own comment", () => {
  const { settings } = session();
  const visitor = { id: "v1", name: "Mina", kind: "guest" as const, avatar_url: null };

  it("can be changed by its author only in the edit window", () => {
    const mine = comment("a", { created_at: new Date(NOW - 60_000).toISOString() });
    expect(changeableUntil(mine, visitor, settings)).toBe(NOW + 14 * 60_000);
    expect(changeableUntil(mine, visitor, { ...settings, edit_minutes: null })).toBe(
      Number.POSITIVE_INFINITY,
    );
    expect(changeableUntil(mine, { ...visitor, id: "v2" }, settings)).toBe(0);
    expect(changeableUntil({ ...mine, state: "deleted" }, visitor, settings)).toBe(0);
    expect(changeableUntil(mine, null, settings)).toBe(0);
  });
});

describe("whether an existing answer is looked up before sending", () => {
  it("follows the visitor's choice", () => {
    expect(maybeAsked("It is sunny.", true, "mention")).toBe(true);
    expect(maybeAsked("When does it open?", false, "always")).toBe(false);
  });

  it("otherwise follows the site's rule", () => {
    expect(maybeAsked("It is sunny.", null, "always")).toBe(true);
    expect(maybeAsked("It is sunny.", null, "questions")).toBe(false);
    expect(maybeAsked("When does it open?", null, "mention")).toBe(false);
    expect(maybeAsked("@ai, the hours.", null, "mention")).toBe(true);
  });

  it.each([
    "Does it open on Sundays?",
    "how do I get there",
    "Nice.\nWhere is it",
    "몇 시에 여나요",
    "언제 열까요~",
  ])("recognizes a question: %s", (body) => expect(maybeAsked(body, null, "questions")).toBe(true));

  it.each(["However that may be.", "I know what it is.", "잘 읽었어요.", "Candy!"])(
    "recognizes no question: %s",
    (body) => expect(maybeAsked(body, null, "questions")).toBe(false),
  );
});

describe("times and names", () => {
  it("are displayed in natural language", () => {
    const ago = (ms: number, lang: string) =>
      relativeTime(new Date(NOW - ms).toISOString(), NOW, lang, lang === "ko" ? ko : en);
    expect(ago(5_000, "en")).toBe("just now");
    expect(ago(-90_000, "en")).toBe("just now");
    expect(ago(3 * 3_600_000, "en")).toBe("3 hours ago");
    expect(ago(86_400_000, "en")).toBe("yesterday");
    expect(ago(2 * 60_000, "ko")).toBe("2분 전");
    expect(ago(2 * 86_400_000, "ko")).toBe("그저께");
  });

  it("match the browser's own formatting", () => {
    const sizes = { year: 31_536_000, month: 2_592_000, week: 604_800, day: 86_400, hour: 3_600, minute: 60 };
    const most = { year: 30, month: 12, week: 4, day: 6, hour: 23, minute: 59 };
    for (const lang of Object.keys(AGO) as ("en" | "ko")[]) {
      const format = new Intl.RelativeTimeFormat(lang, { numeric: "auto" });
      for (const unit of Object.keys(sizes) as (keyof typeof sizes)[]) {
        for (let n = 1; n <= most[unit]; n++) {
          const then = new Date(NOW - n * sizes[unit] * 1_000).toISOString();
          expect(relativeTime(then, NOW, lang, { justNow: "", ago: AGO[lang] })).toBe(
            format.format(-n, unit),
          );
        }
      }
    }
  });

  it("give initials and a stable color", () => {
    expect(initialsOf("Mina Park")).toBe("MP");
    expect(initialsOf("김 민수")).toBe("김");
    expect(initialsOf("")).toBe("?");
    expect(initialsOf("😀 x")).toBe("😀X");
    expect(hueOf("abc")).toBe(hueOf("abc"));
  });
});

describe("the languages", () => {
  it("use the plural form for a number", () => {
    expect(counted(en.comments, 1, "en")).toBe("1 comment");
    expect(counted(en.comments, 1_234, "en")).toBe("1,234 comments");
    expect(counted(ko.comments, 1, "ko")).toBe("댓글 1개");
    expect(counted({ few: "{n} few", other: "{n} other" }, 3, "pl")).toBe("3 few");
    expect(counted({ other: "{n} other" }, 3, "pl"), "a form that is missing").toBe("3 other");
  });

  it("fill in values, whatever they contain", () => {
    expect(fill(en.replyHint, { name: "$& {name}" })).toBe("Reply to $& {name}…");
  });

  it("are found by the page's language tag, else English", () => {
    const languages = ["en", "ko"];
    for (const [wanted, found] of Object.entries({
      ko: "ko",
      "ko-KR": "ko",
      "KO-kore-kr": "ko",
      "en-GB": "en",
    })) {
      expect(languageOf(wanted, languages)).toBe(found);
    }
    expect(languageOf("zh-TW")).toBe("zh-hant");
    expect(languageOf("zh-CN")).toBe("zh");
    for (const none of ["", "kok", "xx-YY", "constructor", "-"])
      expect(languageOf(none, languages)).toBe("en");
  });

  it("use no browser API names, since the build mangles theirs", () => {
    const [element, event] = [document.createElement("textarea"), new KeyboardEvent("keydown")];
    const things = [window, document, element, event, new Range(), "", [], new Map(), Promise.resolve()];
    const long = [...ownNames, ...Object.keys(en).filter((name) => /[A-Z]/.test(name))];
    expect(long.filter((name) => things.some((thing) => name in Object(thing)))).toEqual([]);
    expect(ownNames.filter((name) => apiTypes.match(`\\b${name}\\b`))).toEqual([]);
    // Parts are accessed by their export names, and actions by name as strings.
    const called = [SessionActions, ThreadActions, ChatActions].flatMap(({ prototype }) =>
      Object.getOwnPropertyNames(prototype),
    );
    // So are modules imported as a namespace.
    called.push(...Object.keys(writing), ...Object.keys(tree));
    expect(long.filter((name) => called.includes(name))).toEqual([]);
  });
});
