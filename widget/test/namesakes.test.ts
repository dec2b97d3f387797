import { expect, it } from "vitest";
import { namesakesIn } from "../src/core/tree.js";
import type { Comment } from "../src/core/types.js";

const by = (name: string, id: string, ...replies: Comment[]) =>
  ({ author: { name, id, kind: "guest", avatar_url: null }, replies }) as unknown as Comment;

it.each([
  [[by("Mina", "a"), by("Mina", "a")], []],
  [[by("Mina", "a", by("Tom", "b")), by("Tom", "b", by("Mina", "c"), by("Mina", "a"))], ["Mina"]],
  [[by("", "a"), by("", "b"), by("Tom", "")], [""]],
  [[by("constructor", "a"), by("__proto__", "b"), by("__proto__", "b")], []],
])("names shared by several people: %#", (comments, names) => {
  expect(namesakesIn(comments)).toEqual(names);
});
