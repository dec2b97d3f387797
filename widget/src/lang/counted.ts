/** How many comments there are, in each language; apart, since the count on its own needs no other words. */

export const countEn = (n: number): string => (n === 1 ? "1 comment" : `${n} comments`);

export const countKo = (n: number): string => `댓글 ${n}개`;
