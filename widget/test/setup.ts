/** The texts come with the tests; in a page they are fetched. */

import en from "../../server/answerback/i18n/locales/en.json";
import ko from "../../server/answerback/i18n/locales/ko.json";
import { learn, type Texts } from "../src/locale.js";

learn("en", { ...en.widget, ...en.writing });
learn("ko", { ...ko.widget, ...ko.writing } as Texts);
