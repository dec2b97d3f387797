/** An answer as its card shows it, in a thread or in the ask box. */

import { isRunning } from "../core/tree.js";
import type { Answer, AnswerView } from "../core/types.js";

/** `quotes`: whether the site answers with quotations, used if the answer does not say. */
export function viewOf(
  { id, text, html }: { id: string; text: string; html: string },
  given: Partial<Answer>,
  quotes: boolean,
  mine: boolean,
): AnswerView {
  const {
    state = "done",
    provider,
    verified_by_owner: verified = false,
    revised_at,
    outdated = false,
    digital_source_type: origin = null,
  } = given;
  const revised = !!revised_at;
  const quoted = provider ? provider === "quote" : quotes;
  return {
    id,
    text,
    html: isRunning({ state }) ? "" : html,
    state,
    sources: given.sources ?? [],
    quoted,
    // An answer that the owner has corrected is no longer a quotation.
    quoting: quoted && !(verified && revised),
    verified,
    revised,
    outdated,
    origin,
    retryAt: given.retry_at ?? null,
    code: given.error ?? null,
    mine,
  };
}
