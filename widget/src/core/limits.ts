/** How long texts may be, in characters (Unicode code points) as the server counts them: tests/golden/limits.json. */

export const BODY_LIMIT = 5_000;
export const QUESTION_LIMIT = 2_000;
export const NAME_LIMIT = 50;
export const REASON_LIMIT = 500;

export const lengthOf = (text: string): number => [...text].length;
