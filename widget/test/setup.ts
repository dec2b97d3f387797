/** The texts come with the tests; in a page they are fetched. */

import en from "../../server/answerback/i18n/locales/en.json";
import ko from "../../server/answerback/i18n/locales/ko.json";
import { learn, type Texts } from "../src/locale.js";

for (const [lang, { widget, writing, reports }] of Object.entries({ en, ko })) {
  learn(lang, { ...widget, ...writing, kinds: reports.kinds, yourReport: reports.report } as Texts);
}
