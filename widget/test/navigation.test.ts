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
  it("is watched by its events and the History's calls", () => {
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

  it("leaves a wrapper of others in place, and is silent behind it", () => {
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

  it("is watched by the Navigation API where there is one", () => {
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
  it("is not believed where the address changed and it did not", async () => {
    link("/canonical/one");
    expect(canonical()?.pathname).toBe("/canonical/one");
    await breath();
    await go("/two");
    expect(canonical()).toBeNull();
    await go("/one");
    expect(canonical()?.pathname).toBe("/canonical/one");
  });

  it("is believed as soon as it is set anew, also to what it was", async () => {
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

  it("belongs to the address that comes in the same breath", async () => {
    link("/canonical/one");
    canonical();
    await breath();
    document.head.replaceChildren();
    link("/canonical/two");
    canonical();
    await go("/two");
    expect(canonical()?.pathname).toBe("/canonical/two");
  });

  it("holds while only tracking or a fragment comes and goes", async () => {
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

describe("a page's name on a tag", () => {
  it("is that of the page where it was first said", async () => {
    const tag = document.createElement("script");
    expect(isSaidHere(tag, "/named")).toBe(true);
    await breath();
    await go("/two");
    expect(isSaidHere(tag, "/named")).toBe(false);
    expect(isSaidHere(tag, "/renamed")).toBe(true);
    expect(isSaidHere(document.createElement("script"), "/named")).toBe(true);
  });
});
