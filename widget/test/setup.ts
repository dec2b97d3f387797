/** The words come with the tests; in a page they are fetched. */

import en from "../src/lang/en.js";
import ko from "../src/lang/ko.js";
import { learn } from "../src/lang/spoken.js";

learn("en", en);
learn("ko", ko);
