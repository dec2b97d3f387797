import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { watchAddress } from "../src/navigation.js";
import { canonical, isSaidHere } from "../src/statements.js";

const breath = () => new Promise((done) => setTimeout(done));

function link(href: string): HTMLLinkElement {
  const made = document.createElement("link");
  made.rel = "canonical";
  made.href = href;
  document.head.append(made);
  return made;
}

async function go(address: string): Promise<void> {
  history.pushState(null, "", address);
  await breath();
}

beforeEach(() => {
  history.replaceState(null, "", "/one");
});

afterEach(() => {
  document.head.replaceChildren();
});

describe("the address", () => {
  it("is watched through events and the History API", () => {
    const { pushState } = history;
    const told: string[] = [];
    const end = watchAddress(() => told.push(location.pathname));
    history.pushState(null, "", "/two");
    history.replaceState(null, "", "/three");
    dispatchEvent(new PopStateEvent("popstate"));
    dispatchEvent(new Event("hashchange"));
    expect(told).toEqual(["/two", "/three", "/three", "/three"]);
    end();
    expect(history.pushState).toBe(pushState);
    history.pushState(null, "", "/four");
    dispatchEvent(new PopStateEvent("popstate"));
    expect(told).toHaveLength(4);
  });

  it("leaves another script's wrapper in place, silently", () => {
    const { pushState } = history;
    const told = vi.fn();
    const end = watchAddress(told);
    const ours = history.pushState;
    const theirs = function (this: History, ...given: Parameters<typeof pushState>) {
      ours.apply(this, given);
    };
    history.pushState = theirs;
    end();
    expect(history.pushState).toBe(theirs);
    history.pushState(null, "", "/two");
    expect(location.pathname).toBe("/two");
    expect(told).not.toHaveBeenCalled();
    history.pushState = pushState;
  });

  it("is watched through the Navigation API if available", () => {
    const navigation = new EventTarget();
    const { pushState } = history;
    vi.stubGlobal("navigation", navigation);
    const told = vi.fn();
    const end = watchAddress(told);
    expect(history.pushState).toBe(pushState);
    navigation.dispatchEvent(new Event("currententrychange"));
    end();
    navigation.dispatchEvent(new Event("currententrychange"));
    expect(told).toHaveBeenCalledTimes(1);
    vi.unstubAllGlobals();
  });
});

describe("a canonical link", () => {
  it("is ignored if the URL has changed and it has not", async () => {
    link("/canonical/one");
    expect(canonical()?.pathname).toBe("/canonical/one");
    await breath();
    await go("/two");
    expect(canonical()).toBeNull();
    await go("/one");
    expect(canonical()?.pathname).toBe("/canonical/one");
  });

  it("is trusted once it is set again, even to the same value", async () => {
    const first = link("/canonical/one");
    canonical();
    await go("/two");
    first.href = "/canonical/two";
    expect(canonical()?.pathname).toBe("/canonical/two");
    await breath();
    await go("/one");
    expect(canonical()).toBeNull();
    first.remove();
    link("/canonical/two");
    expect(canonical()?.pathname).toBe("/canonical/two");
  });

  it("belongs to the URL set in the same task", async () => {
    link("/canonical/one");
    canonical();
    await breath();
    document.head.replaceChildren();
    link("/canonical/two");
    canonical();
    await go("/two");
    expect(canonical()?.pathname).toBe("/canonical/two");
  });

  it("stays valid if only tracking or the fragment changes", async () => {
    history.replaceState(null, "", "/?p=12&utm_source=mail&fbclid=x");
    link("/?p=12");
    canonical();
    await breath();
    await go("/?p=12#comments");
    expect(canonical()?.search).toBe("?p=12");
    await go("/?p=13");
    expect(canonical()).toBeNull();
  });
});

describe("a page named on a tag", () => {
  it("applies to the URL where it was first set", async () => {
    const tag = document.createElement("script");
    expect(isSaidHere(tag, "/named")).toBe(true);
    await breath();
    await go("/two");
    expect(isSaidHere(tag, "/named")).toBe(false);
    expect(isSaidHere(tag, "/renamed")).toBe(true);
    expect(isSaidHere(document.createElement("script"), "/named")).toBe(true);
  });
});
