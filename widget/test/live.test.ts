import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Live } from "../src/live.js";
import { FakeServer } from "./server.js";

let server: FakeServer;
let told: string[];
let live: Live;
let hidden = false;

function look(away: boolean): void {
  hidden = away;
  document.dispatchEvent(new Event("visibilitychange"));
}

const open = () => server.streams.filter(({ readyState }) => readyState === 1);

beforeEach(() => {
  vi.useFakeTimers();
  hidden = false;
  vi.spyOn(document, "hidden", "get").mockImplementation(() => hidden);
  server = new FakeServer();
  server.install();
  told = [];
  const address = { base: "https://our.example/", site: "demo", page: "/" };
  live = new Live(address, (event) => {
    told.push(event);
    // Like a thread that is told to reload.
    if (event === "reload") live.start("e-1");
  });
});

afterEach(() => {
  live.stop();
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("the live stream", () => {
  it("triggers reloads while silent, at growing intervals", async () => {
    live.start("e-1");
    const after: number[] = [];
    for (let second = 1; second <= 240; second++) {
      vi.advanceTimersByTime(1_000);
      if (told.length > after.length) after.push(second);
    }
    const gaps = after.map((second, at) => second - (after[at - 1] ?? 0));
    expect(gaps.slice(0, 3)).toEqual([5, 8, 11]);
    expect(gaps.slice(-1)).toEqual([60]);
    expect(open()).toHaveLength(1);
  });

  it("runs its watchdog only while silent", () => {
    live.start("e-1");
    for (let ping = 0; ping < 20; ping++) {
      vi.advanceTimersByTime(15_000 / (ping ? 1 : 15));
      open()[0]?.send("ping", {});
    }
    expect(told.filter((event) => event === "reload")).toEqual([]);
    expect(server.streams).toHaveLength(1);
    vi.advanceTimersByTime(33_000);
    expect(told.filter((event) => event === "reload")).toHaveLength(1);
  });

  it("rests in a hidden tab and catches up in a visible one", () => {
    live.start("e-1");
    open()[0]?.send("ping", {}, "");
    open()[0]?.send("comment.added", {}, "e-2");
    look(true);
    vi.advanceTimersByTime(5_000);
    expect(open()).toHaveLength(0);
    vi.advanceTimersByTime(600_000);
    expect(told).toEqual(["ping", "comment.added"]);
    look(false);
    expect(open()[0]?.url.searchParams.get("after")).toBe("e-2");
  });

  it("opens no connection for a background tab", () => {
    hidden = true;
    live.start("e-1");
    vi.advanceTimersByTime(60_000);
    expect(server.streams).toHaveLength(0);
    look(false);
    expect(open()).toHaveLength(1);
  });
});
