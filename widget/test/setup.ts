/** Provides the texts that a page would fetch. */

import en from "../../server/answerback/i18n/locales/en.json";
import ko from "../../server/answerback/i18n/locales/ko.json";
import type { Forms } from "../src/core/texts.js";
import { learn, type Texts } from "../src/locale.js";

declare const AGO: Record<string, Forms[]>;

for (const [lang, { widget, writing, reports }] of Object.entries({ en, ko })) {
  learn(lang, {
    ...widget,
    ...writing,
    ago: AGO[lang],
    kinds: reports.kinds,
    yourReport: reports.report,
  } as Texts);
}
