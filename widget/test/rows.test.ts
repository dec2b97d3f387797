import { afterEach, expect, it, vi } from "vitest";
import { h, list, render } from "../src/dom.js";
import { beginSlice, Rows } from "../src/rows.js";

afterEach(() => {
  vi.restoreAllMocks();
});

interface Item {
  id: string;
  text: string;
}

/** A list whose rows take 5 ms each, on a clock that only they advance. */
function slowList(items: Item[]) {
  let now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => now);
  const root = document.createElement("div");
  document.body.append(root);
  const rows = new Rows();
  const made: string[] = [];
  const shown = {
    items,
    isConnected: true,
    draw() {
      const row = ({ id, text }: Item) => {
        now += 5;
        made.push(id);
        return h("li", { key: id }, text);
      };
      render(root, [
        list(
          "ol",
          { key: "list" },
          rows.of(shown, shown.items, (item) => [item], row),
        ),
      ]);
    },
  };
  const texts = () => [...root.querySelectorAll("li")].map(({ textContent }) => textContent);
  return { shown, made, texts };
}

const items = (count: number) => Array.from({ length: count }, (_, at) => ({ id: `i${at}`, text: `t${at}` }));

it("renders a long list a few rows at a time", async () => {
  const { shown, made, texts } = slowList(items(7));
  beginSlice();
  shown.draw();
  expect(texts()).toEqual(["t0", "t1"]);
  await vi.waitFor(() => expect(texts()).toHaveLength(7));
  expect(made).toHaveLength(7);
});

it("re-creates only the rows that have changed", async () => {
  const { shown, made, texts } = slowList(items(4));
  beginSlice();
  shown.draw();
  await vi.waitFor(() => expect(texts()).toHaveLength(4));
  made.length = 0;
  shown.items = shown.items.with(2, { id: "i2", text: "other" });
  beginSlice();
  shown.draw();
  expect(made).toEqual(["i2"]);
  expect(texts()).toEqual(["t0", "t1", "other", "t3"]);
});
