/** Text that arrives in pieces. */

/**
 * The text after a piece at `offset`, counted in UTF-16 code units as JavaScript strings are.
 * Null when the piece lies beyond the end: something before it is missing.
 */
export function splice(text: string, offset: number, piece: string): string | null {
  return offset > text.length ? null : text.slice(0, offset) + piece;
}

export interface ServerEvent {
  event: string;
  data: string;
}

/** Reads server-sent events from pieces of text that may be cut anywhere. */
export class EventParser {
  #rest = "";

  push(piece: string): ServerEvent[] {
    const text = this.#rest + piece;
    // A lone \r at the end may be the first half of \r\n.
    const end = text.endsWith("\r") ? text.length - 1 : text.length;
    const blocks = text.slice(0, end).replace(/\r\n?/g, "\n").split("\n\n");
    this.#rest = (blocks.pop() ?? "") + text.slice(end);
    return blocks.map(parseBlock).filter((event) => event !== null);
  }
}

function parseBlock(block: string): ServerEvent | null {
  let event = "message";
  const data: string[] = [];
  for (const line of block.split("\n")) {
    const [, name, value = ""] = /^(\w+)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (name === "event") event = value;
    if (name === "data") data.push(value);
  }
  return data.length ? { event, data: data.join("\n") } : null;
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
