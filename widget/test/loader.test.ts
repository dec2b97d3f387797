import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { start as startCounting } from "../src/elements/count.js";

/** A fake IntersectionObserver; the tests decide when an element intersects. */
class Watcher {
  static all: Watcher[] = [];
  readonly targets = new Set<Element>();
  constructor(
    private readonly told: IntersectionObserverCallback,
    readonly options?: IntersectionObserverInit,
  ) {
    Watcher.all.push(this);
  }
  observe(target: Element): void {
    this.targets.add(target);
  }
  unobserve(target: Element): void {
    this.targets.delete(target);
  }
  disconnect(): void {
    this.targets.clear();
  }
  near(...targets: Element[]): void {
    const entries = targets.map((target) => ({ isIntersecting: true, target }));
    this.told(entries as IntersectionObserverEntry[], this as unknown as IntersectionObserver);
  }
}

const started: string[] = [];

const explained: string[] = [];

/** Runs the loader as the page's script tag would. */
async function load(html: string, attributes = "", site = 'data-site="demo"'): Promise<void> {
  const tag = `<script src="https://our.example/answerback.js" ${site} ${attributes}></script>`;
  document.body.innerHTML = html.replace("[tag]", tag);
  vi.resetModules();
  await import("../src/index.js");
}

function placed(): string[] {
  return [...document.body.querySelectorAll("answerback-ask,answerback-comments")].map(
    (each) => each.localName,
  );
}

beforeEach(() => {
  Watcher.all = [];
  started.length = explained.length = 0;
  vi.stubGlobal("IntersectionObserver", Watcher);
  vi.stubGlobal("fetch", async () => Response.json({ comments: [] }));
  vi.stubGlobal(
    "THREAD_FILE",
    "data:text/javascript,export const start = locate => globalThis.begun(locate)",
  );
  vi.stubGlobal("COUNT_FILE", "data:text/javascript,export const start = globalThis.count");
  vi.stubGlobal("count", startCounting);
  const said = ["complain", "noElement", "noSite", "noTarget", "isMistake"].map(
    (name) => `export const ${name} = (what) => globalThis.explain("${name}", ...(what ? [what] : []));`,
  );
  vi.stubGlobal("MISTAKES_FILE", `data:text/javascript,${encodeURIComponent(said.join(""))}`);
  vi.stubGlobal("explain", (...what: string[]) => {
    if (/cfasync/.test(String(what))) return false;
    return explained.push(what.join(" ")) > 0;
  });
  vi.stubGlobal("begun", (locate: (element: Element) => { site: string; page: string }) => {
    const element = document.querySelector("answerback-comments");
    if (element) started.push(`${locate(element).site} ${locate(element).page}`);
  });
});

afterEach(() => {
  window.Answerback?.destroy();
  vi.unstubAllGlobals();
  document.body.innerHTML = "";
});

describe("the loader", () => {
  it("places the ask box and the comments at the tag", async () => {
    await load("<main>[tag]<footer></footer></main>");
    expect(placed()).toEqual(["answerback-ask", "answerback-comments"]);
    expect(document.querySelector("answerback-comments")?.nextElementSibling?.localName).toBe("footer");
  });

  it("loads nothing before one of them is near the viewport", async () => {
    await load("<main>[tag]</main>", 'data-page="/post"');
    const comments = document.querySelector("answerback-comments") as Element;
    const [watcher] = Watcher.all;
    expect(watcher?.options?.rootMargin).toBe("1000px 0px");
    expect(watcher?.targets.has(comments)).toBe(true);
    expect(started).toEqual([]);
    watcher?.near(comments);
    await vi.waitFor(() => expect(started).toEqual(["demo /post"]));
    expect(watcher?.targets.has(comments)).toBe(false);
  });

  it("loads the comments in parallel with their code", async () => {
    const asked: string[] = [];
    vi.stubGlobal("fetch", async (url: string, { credentials }: RequestInit) => {
      asked.push(`${credentials} ${url}`);
      return Response.json({ comments: [] });
    });
    await load("<main>[tag]</main>", 'data-page="/post"');
    Watcher.all[0]?.near(...document.querySelectorAll("answerback-ask,answerback-comments"));
    expect(asked).toEqual(["omit https://our.example/api/comments/?site=demo&page=%2Fpost&sort=newest"]);
    await vi.waitFor(() => expect(started.length).toBe(2));
  });

  it("places only what the tag asks for, at its target", async () => {
    await load("<div id=here></div>[tag]", 'data-mode="comments" data-target="#here"');
    expect(placed()).toEqual(["answerback-comments"]);
    expect(document.querySelector("#here > answerback-comments")).not.toBeNull();
  });

  it.each([
    ['data-target="#nowhere"', "noTarget #nowhere"],
    ['data-target="..here"', "noTarget ..here"],
    ['data-mode="comment"', "isMistake data-mode=comment"],
    ['data-theme="night"', "isMistake data-theme=night"],
    ['data-sites="x"', "isMistake data-sites=x"],
  ])("places nothing for %s, and says so", async (attribute, said) => {
    vi.useFakeTimers();
    await load("<main>[tag]</main>", attribute);
    await vi.advanceTimersByTimeAsync(3_000);
    vi.useRealTimers();
    expect(placed()).toEqual([]);
    await vi.waitFor(() => expect(explained).toEqual([said]));
  });

  it("says that the tag has no site", async () => {
    vi.useFakeTimers();
    await load("<main>[tag]</main>", "", "");
    await vi.advanceTimersByTimeAsync(3_000);
    vi.useRealTimers();
    expect(placed()).toEqual([]);
    await vi.waitFor(() => expect(explained).toEqual(["noSite"]));
  });

  it("ignores other scripts' attributes on the tag", async () => {
    await load("<main>[tag]</main>", 'data-cfasync="false" data-astro-exec data-mode="ask"');
    await vi.waitFor(() => expect(placed()).toEqual(["answerback-ask"]));
  });

  it.each(["comments", "ask", "count"])(
    "adds nothing to a page that has placed its own: %s",
    async (name) => {
      await load(`<answerback-${name} page='/own'></answerback-${name}>[tag]`);
      expect(document.querySelectorAll("answerback-ask,answerback-comments,answerback-count")).toHaveLength(
        1,
      );
    },
  );

  it("leaves the page alone if the parts fail to load", async () => {
    vi.stubGlobal("THREAD_FILE", "data:text/javascript,throw new Error('gone')");
    const codes: string[] = [];
    const hear = (event: Event) => codes.push((event as CustomEvent<{ code: string }>).detail.code);
    document.addEventListener("answerback:error", hear);
    await load("<main>[tag]</main>");
    const comments = document.querySelector("answerback-comments") as Element;
    Watcher.all[0]?.near(comments);
    await vi.waitFor(() => expect(codes).toEqual(["unavailable"]));
    document.removeEventListener("answerback:error", hear);
    expect(comments.shadowRoot).toBeNull();
  });

  it("mounts, updates and destroys", async () => {
    await load("<main>[tag]</main><aside></aside>", 'data-mode="ask"');
    const surface = window.Answerback;
    surface?.mount(document.querySelector("aside") as Element, { mode: "comments", page: "/aside" });
    const mounted = document.querySelector("aside > answerback-comments");
    expect(mounted?.getAttribute("data-page")).toBe("/aside");
    surface?.update({ page: "/next" });
    expect(mounted?.getAttribute("data-page")).toBe("/next");
    surface?.destroy();
    expect(placed()).toEqual([]);
    expect(Watcher.all[0]?.targets.size).toBe(0);
    const again = surface?.mount(document.querySelector("aside") as Element, { mode: "ask" });
    expect(placed()).toEqual(["answerback-ask"]);
    again?.update({ page: "/other", theme: "dark" });
    expect(document.querySelector("answerback-ask")?.outerHTML).toContain(
      'data-page="/other" data-theme="dark"',
    );
    again?.destroy();
    expect(placed()).toEqual([]);
    expect(surface).toBe(window.Answerback);
  });

  it("mounts nothing for invalid arguments, and says so", async () => {
    await load("<main></main>[tag]", 'data-mode="none"');
    const main = document.querySelector("main") as Element;
    window.Answerback?.mount(null as unknown as Element).destroy();
    window.Answerback?.mount(main, { mode: "all" }).update({ theme: "dark" });
    window.Answerback?.update({ theme: "night" });
    expect(placed()).toEqual([]);
    const said = ["noElement", "isMistake data-mode=all", "isMistake data-theme=night"];
    await vi.waitFor(() => expect(explained).toEqual(said));
  });

  it("starts again for a tag added after destroy()", async () => {
    await load("<main>[tag]</main>", 'data-mode="ask"');
    window.Answerback?.destroy();
    await load("<main>[tag]</main>", 'data-mode="comments"');
    expect(placed()).toEqual(["answerback-comments"]);
  });

  it("handles a second tag as another place", async () => {
    await load("<main>[tag]</main>", 'data-mode="comments" data-page="/first"');
    const again = document.createElement("div");
    again.innerHTML =
      '<script src="https://our.example/answerback.js" data-site="demo" data-mode="comments"></script>';
    document.querySelector("main")?.remove();
    document.body.append(again);
    vi.resetModules();
    await import("../src/index.js");
    expect(document.querySelectorAll("answerback-comments")).toHaveLength(1);
  });

  it("splits counts into requests short enough for any server", async () => {
    const asked: URL[] = [];
    vi.stubGlobal("fetch", async (url: URL) => {
      asked.push(url);
      return Response.json({
        counts: Object.fromEntries(url.searchParams.getAll("page").map((page) => [page, 3])),
      });
    });
    const pages = Array.from({ length: 250 }, (_, at) =>
      at % 2 ? `/post/${at}` : `/글/${at}/${"바다".repeat(20)}`,
    );
    await load(
      `${pages.map((page) => `<answerback-count page="${page}"></answerback-count>`).join("")}[tag]`,
    );
    await vi.waitFor(() => expect(document.body.textContent).toBe("3 comments".repeat(250)));
    expect(asked.flatMap((url) => url.searchParams.getAll("page")).sort()).toEqual(pages.sort());
    for (const url of asked) {
      expect(url.href.length).toBeLessThan(4_100);
      expect(url.searchParams.getAll("page").length).toBeLessThanOrEqual(100);
    }
  });

  it("fires an error event if counting fails", async () => {
    const codes: string[] = [];
    const told = (event: Event) => codes.push((event as CustomEvent<{ code: string }>).detail.code);
    document.addEventListener("answerback:error", told);
    const replies = [
      () => new Response("<html>", { status: 414 }),
      () => Promise.reject(new TypeError("Failed to fetch")),
      () => Response.json({ code: "origin_not_allowed", detail: "Not here." }, { status: 403 }),
    ];
    for (const [at, reply] of replies.entries()) {
      vi.stubGlobal("fetch", async () => reply());
      await load('<answerback-count page="/a">some</answerback-count>[tag]');
      await vi.waitFor(() => expect(codes.length).toBe(at + 1));
      expect(document.body.textContent).toBe("some");
      window.Answerback?.destroy();
    }
    document.removeEventListener("answerback:error", told);
    expect(codes).toEqual(["unavailable", "unavailable", "unavailable"]);
    expect(explained).toEqual(["complain Not here."]);
  });
});
