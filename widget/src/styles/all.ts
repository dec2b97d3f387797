/** One sheet for both elements; it lives in their shadow roots alone. */

import ask from "./ask.css";
import comments from "./comments.css";
import ground from "./ground.css";
import markup from "./markup.css";

export const css: string = ground + markup + comments + ask;
