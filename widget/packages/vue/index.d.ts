import type { Events, Options, Source } from "@answerback/widget";
import type { DefineSetupFnComponent } from "vue";

/** Comments and ask box. Options may change at any time. */
export const Answerback: DefineSetupFnComponent<
  Source & Options,
  {
    ready: (detail: Events["answerback:ready"]) => void;
    comment: (detail: Events["answerback:comment"]) => void;
    answer: (detail: Events["answerback:answer"]) => void;
    error: (detail: Events["answerback:error"]) => void;
  }
>;

/** A page's comment count, as text. */
export const CommentCount: DefineSetupFnComponent<Source & { site: string; page: string }>;
