import { describe, expect, it } from "vitest";
import type { CommentForm } from "../src/core/api_types.js";
import { FormProof, solve } from "../src/writing/form.js";

const SALT = "18f.abc";

async function work(number: number) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`${SALT}${number}`));
  const hash = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return { salt: SALT, hash, signature: "signed", most: 500 };
}

describe("proof of work", () => {
  it("finds the number", async () => {
    expect(await solve(await work(321))).toEqual({ salt: SALT, signature: "signed", number: 321 });
  });

  it("gives up if there is none", async () => {
    expect(await solve({ ...(await work(321)), hash: "0".repeat(64) })).toBeNull();
  });
});

describe("the form", () => {
  it("is started once, and again after each comment", async () => {
    const begun: CommentForm[] = [
      { form: "one", work: await work(7) },
      { form: "two", work: null },
    ];
    let calls = 0;
    const proof = new FormProof(async () => begun[calls++] as CommentForm);
    expect(await proof.take()).toEqual({});
    proof.begin();
    proof.begin();
    expect(await proof.take()).toEqual({ form: "one", work: { salt: SALT, signature: "signed", number: 7 } });
    expect(await proof.take()).toEqual({ form: "two", work: null });
    expect(calls).toBe(3);
  });

  it("lets comments through if it cannot be loaded", async () => {
    const proof = new FormProof(() => Promise.reject(new Error("offline")));
    proof.begin();
    expect(await proof.take()).toEqual({});
  });
});
