import type { Events, Options, Source } from "@answerback/widget";
import type { HTMLAttributes, ReactElement } from "react";

type Element = Omit<HTMLAttributes<HTMLElement>, "onError" | "children" | "lang">;

export interface AnswerbackProps extends Source, Options, Element {
  onReady?(detail: Events["answerback:ready"]): void;
  onComment?(detail: Events["answerback:comment"]): void;
  onAnswer?(detail: Events["answerback:answer"]): void;
  onError?(detail: Events["answerback:error"]): void;
}

/** Comments and ask box. Options may change at any time; other props go to the wrapper element. */
export function Answerback(props: AnswerbackProps): ReactElement;

export interface CommentCountProps extends Source, Element {
  site: string;
  /** The page whose comments are counted. */
  page: string;
}

/** A page's comment count, as text. */
export function CommentCount(props: CommentCountProps): ReactElement;
