/** One style sheet for both elements, used only in their shadow roots. */

import ask from "./ask.css";
import comments from "./comments.css";
import ground from "./ground.css";
import markup from "./markup.css";

export const css: string = ground + markup + comments + ask;
