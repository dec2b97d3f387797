/** The part that is loaded when the thread or the ask box comes near the viewport. */

import { type Early, type Explain, setLoaded } from "./api.js";
import type { Locate } from "./config.js";
import { ASK, COMMENTS } from "./constants.js";
import { AskElement } from "./elements/ask.js";
import { setLocate } from "./elements/base_element.js";
import { CommentElement } from "./elements/comment.js";
import { CommentsElement } from "./elements/comments.js";
import { ComposerElement } from "./elements/composer.js";
import { toWrite } from "./parts.js";
import { setArrived } from "./session.js";
import type { Handed } from "./writing/signing_in.js";

// The thread first: it also loads the site's settings for the ask box.
const ELEMENTS: [string, CustomElementConstructor][] = [
  ["answerback-composer", ComposerElement],
  ["answerback-comment", CommentElement],
  [COMMENTS, CommentsElement],
  [ASK, AskElement],
];

export function start(
  locate: Locate,
  handed: Handed | null = null,
  early: Early = new Map(),
  explain?: Explain,
): void {
  setLoaded(early, explain);
  setArrived(handed);
  setLocate(locate);
  for (const [name, element] of ELEMENTS) if (!customElements.get(name)) customElements.define(name, element);
  // The loader calls again when a visitor selects text that they may want to ask about.
  if (`${getSelection()}`) toWrite().catch(() => undefined);
}
