/** Whether somebody asks. */

/** By what the AI is called and how one asks in all languages, from the server's `core/languages/data`. */
declare const CALLS_AI: string;
declare const LIKELY_QUESTION: string;
const CALLED = new RegExp(CALLS_AI, "i");
const QUESTION = new RegExp(LIKELY_QUESTION, "imu");

/** Whether a comment calls the AI by name, as the server sees it (tests/golden/calls.json). */
export const callsAi = (body: string): boolean => CALLED.test(body);

/** Whether a comment is likely to be answered. The server decides; this says whether looking it up is worth while. */
export function maybeAsked(body: string, ask: boolean | null, rule: string): boolean {
  return ask ?? (rule === "always" || callsAi(body) || (rule !== "mention" && QUESTION.test(body)));
}
