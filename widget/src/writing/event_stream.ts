/** Answers streamed as server-sent events. */

import { type Api, Problem } from "../api.js";

/** Asks about the page, or reconnects to the question with this key; yields `[event, data]`. */
export async function* streamed(
  api: Api,
  body: object,
  signal: AbortSignal,
): AsyncGenerator<[string, unknown]> {
  const call = { method: "POST", body, accept: "text/event-stream", signal };
  const response = await api.call("chat/gpt/", call);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  const parser = new EventParser();
  while (reader) {
    const { done, value } = await reader.read().catch(() => {
      throw new Problem("offline", 0);
    });
    if (done) return;
    for (const { event, data } of parser.push(value)) yield [event, JSON.parse(data)];
  }
}

export interface ServerEvent {
  event: string;
  data: string;
}

/** Parses server-sent events from text chunks that may be split anywhere. */
export class EventParser {
  #rest = "";

  push(piece: string): ServerEvent[] {
    const text = this.#rest + piece;
    // A trailing \r may be the first half of \r\n.
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
