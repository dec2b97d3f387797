import { beforeEach, describe, expect, it } from "vitest";
import { h, render } from "../src/dom.js";

let root: HTMLElement;
beforeEach(() => {
  root = document.createElement("div");
});

describe("rendering", () => {
  it("keeps the elements that stay, moved by their keys", () => {
    const row = (key: string) => h("li", { key }, key);
    render(root, [row("a"), row("b"), row("c")]);
    const [a, , c] = root.children;
    render(root, [row("c"), row("a"), row("d")]);
    expect(root.textContent).toBe("cad");
    expect(root.children[0]).toBe(c);
    expect(root.children[1]).toBe(a);
  });

  it("moves nothing for an element that somebody else has put in", () => {
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

  it("does not touch what is inside a custom element", () => {
    render(root, [h("x-inner", { ".data": 1 })]);
    const inner = root.firstElementChild;
    inner?.append("own");
    render(root, [h("x-inner", { ".data": 2 })]);
    expect(inner?.textContent).toBe("own");
    expect((inner as unknown as { data: number }).data).toBe(2);
  });

  it("takes attributes and listeners away again", () => {
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

  it("sets markup once, or shows the source where it is refused", () => {
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
