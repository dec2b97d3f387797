import { describe, expect, it } from "vitest";
import { lightly } from "../src/answers/streaming.js";
import { EventParser, type ServerEvent } from "../src/writing/event_stream.js";

const STREAM =
  'retry: 2000\n\nevent: answer.queued\ndata: {"id":"x"}\n\n: still here\n\nevent: answer.delta\r\ndata: {"text":"안녕"}\r\n\r\ndata: a\ndata: b\n\n';
const EVENTS: ServerEvent[] = [
  { event: "answer.queued", data: '{"id":"x"}' },
  { event: "answer.delta", data: '{"text":"안녕"}' },
  { event: "message", data: "a\nb" },
];

describe("server-sent events", () => {
  it("are parsed completely", () => {
    expect(new EventParser().push(STREAM)).toEqual(EVENTS);
  });

  it("are the same wherever the stream is split", () => {
    for (let cut = 0; cut <= STREAM.length; cut++) {
      const parser = new EventParser();
      const events = [...parser.push(STREAM.slice(0, cut)), ...parser.push(STREAM.slice(cut))];
      expect(events, `cut at ${cut}`).toEqual(EVENTS);
    }
  });

  it("wait for their final empty line", () => {
    expect(new EventParser().push("data: half\n")).toEqual([]);
  });
});

describe("partial Markdown", () => {
  it("shows bold, lists and links without their syntax", () => {
    expect(lightly("The **lens** is\n- new\n- [old](https://x.example")).toEqual([
      { text: "The ", strong: false },
      { text: "lens", strong: true },
      { text: " is\n• new\n• old", strong: false },
    ]);
  });

  it("never shows incomplete syntax", () => {
    expect(
      lightly("so *")
        .map(({ text }) => text)
        .join(""),
    ).toBe("so ");
  });
});
