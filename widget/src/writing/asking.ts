/** Detects whether a comment asks the AI. */

/**
 * Patterns for calling the AI and for asking questions in all languages, from the server's
 * `core/languages/data`.
 */
declare const CALLS_AI: string;
declare const LIKELY_QUESTION: string;
const CALLED = new RegExp(CALLS_AI, "i");
const QUESTION = new RegExp(LIKELY_QUESTION, "imu");

/** Whether a comment mentions the AI, by the same rule as on the server (tests/golden/calls.json). */
export const callsAi = (body: string): boolean => CALLED.test(body);

/**
 * Whether a comment will probably be answered, so that checking for an existing answer pays off. The server
 * decides.
 */
export function maybeAsked(body: string, ask: boolean | null, rule: string): boolean {
  return ask ?? (rule === "always" || callsAi(body) || (rule !== "mention" && QUESTION.test(body)));
}
