import { beforeEach, describe, expect, it } from "vitest";
import { h, render } from "../src/dom.js";

let root: HTMLElement;
beforeEach(() => {
  root = document.createElement("div");
});

describe("rendering", () => {
  it("reuses elements by key and moves them", () => {
    const row = (key: string) => h("li", { key }, key);
    render(root, [row("a"), row("b"), row("c")]);
    const [a, , c] = root.children;
    render(root, [row("c"), row("a"), row("d")]);
    expect(root.textContent).toBe("cad");
    expect(root.children[0]).toBe(c);
    expect(root.children[1]).toBe(a);
  });

  it("never reuses an element for another one", () => {
    const buttons = (stop: boolean) => [
      stop && h("button", null, "Stop"),
      h("button", null, "Reply"),
      [stop && h("i", null, "x"), h("i", null, "y")],
    ];
    const draw = (stop: boolean) => {
      render(root, [h("p", null, ...buttons(stop))]);
      return [...(root.firstElementChild?.children ?? [])];
    };
    const [stop, reply, , y] = draw(true);
    expect(draw(false)).toEqual([reply, y]);
    const again = draw(true);
    expect(root.textContent).toBe("StopReplyxy");
    expect(again[0]).not.toBe(stop);
    expect([again[1], again[3]]).toEqual([reply, y]);
  });

  it("moves the focus when its element is removed", () => {
    document.body.append(root);
    const row = (key: string) => h("li", { key }, h("p", { tabindex: -1 }, h("button", null, key)));
    const focus = (label: string) =>
      [...root.querySelectorAll("button")].find(({ textContent }) => textContent === label)?.focus();
    render(root, [row("a"), row("b"), row("c")]);
    focus("b");
    render(root, [row("a"), row("c")]);
    expect(document.activeElement).toBe(root.querySelectorAll("p")[1]);
    focus("c");
    render(root, [row("a")]);
    expect(document.activeElement).toBe(root.querySelector("p"));
    render(root, [h("li", { key: "a" }, h("p", { tabindex: -1 }, false, h("button", null, "a")))]);
    focus("a");
    render(root, [h("li", { key: "a" }, h("p", { tabindex: -1 }))]);
    expect(document.activeElement).toBe(root.querySelector("p"));
    root.remove();
  });

  it("leaves elements inserted by others in place", () => {
    const row = (key: string) => h("li", { key }, key);
    render(root, [row("a"), row("b")]);
    const [a, b] = root.children;
    const foreign = document.createElement("x-extension");
    root.prepend(foreign);
    const moved: Node[] = [];
    const insertBefore = root.insertBefore.bind(root);
    root.insertBefore = (node, before) => {
      moved.push(node);
      return insertBefore(node, before);
    };
    render(root, [row("a"), row("b"), row("c")]);
    expect([...root.children].slice(0, 3)).toEqual([foreign, a, b]);
    expect(root.textContent).toBe("abc");
    expect(moved).toEqual([root.lastChild]);
  });

  it("leaves a custom element's content alone", () => {
    render(root, [h("x-inner", { ".data": 1 })]);
    const inner = root.firstElementChild;
    inner?.append("own");
    render(root, [h("x-inner", { ".data": 2 })]);
    expect(inner?.textContent).toBe("own");
    expect((inner as unknown as { data: number }).data).toBe(2);
  });

  it("removes attributes and listeners", () => {
    const heard: string[] = [];
    render(root, [h("button", { title: "x", disabled: true, onclick: () => heard.push("one") })]);
    const button = root.querySelector("button") as HTMLButtonElement;
    render(root, [h("button", { disabled: false, onclick: () => heard.push("two") })]);
    button.click();
    render(root, [h("button", null)]);
    button.click();
    expect(heard).toEqual(["two"]);
    expect(button.outerHTML).toBe("<button></button>");
  });

  it("shows text as text", () => {
    render(root, [h("p", null, "<img src=x onerror=alert(1)>")]);
    expect(root.querySelector("img")).toBeNull();
  });

  it("sets HTML once, or shows the source if it is blocked", () => {
    const markup = (html: string) => [h("div", { html: { html, text: "plain" } })];
    render(root, markup("<b>x</b>"));
    const bold = root.querySelector("b");
    render(root, markup("<b>x</b>"));
    expect(root.querySelector("b")).toBe(bold);
    const div = root.firstElementChild as HTMLElement;
    Object.defineProperty(div, "innerHTML", {
      set: () => {
        throw new TypeError("This document requires 'TrustedHTML' assignment.");
      },
    });
    render(root, markup("<i>y</i>"));
    expect(div.textContent).toBe("plain");
  });
});
