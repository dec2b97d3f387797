/** Text that arrives in pieces. */

/**
 * The text after a piece at `offset`, counted in UTF-16 code units as JavaScript strings are.
 * Null when the piece lies beyond the end: something before it is missing.
 */
export function splice(text: string, offset: number, piece: string): string | null {
  return offset > text.length ? null : text.slice(0, offset) + piece;
}

export interface Run {
  text: string;
  strong: boolean;
}

/** Markdown that is still coming, as runs of plain text: no marks in sight, bold where it is meant. */
export function lightly(markdown: string): Run[] {
  const plain = markdown
    .replace(/^#{1,6} +|`/gm, "")
    .replace(/^( *)[-*] +/gm, "$1• ")
    .replace(/\[([^\]\n]+)\]\([^)\n]*\)?/g, "$1")
    .replace(/\*$/, "");
  return plain.split("**").map((text, index) => ({ text, strong: index % 2 === 1 }));
}
