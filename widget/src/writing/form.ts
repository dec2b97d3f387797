/**
 * What a comment is sent with on sites with a spam filter: when the form was begun, and proof of work under
 * attack.
 */

import type { CommentForm, Work } from "../core/api_types.js";

export type Solution = { salt: string; signature: string; number: number } | null;

export interface Proof {
  form?: string;
  work?: Solution;
}

/** Starts when somebody starts to write, so that the work is done by the time they send. */
export class FormProof {
  #proof: Promise<Proof> | null = null;

  constructor(private readonly begun: () => Promise<CommentForm>) {}

  begin(): void {
    this.#proof ??= this.begun()
      .then(async ({ form, work }) => ({ form, work: work && (await solve(work)) }))
      .catch(() => ({}));
  }

  /** Proof for one comment; the work for the next one starts now. */
  async take(): Promise<Proof> {
    const proof = await this.#proof;
    if (!proof) return {};
    this.#proof = null;
    this.begin();
    return proof;
  }
}

/** Null if the browser cannot compute it: a page without HTTPS has no `crypto.subtle`. */
export async function solve({ salt, hash, signature, most }: Work): Promise<Solution> {
  if (!globalThis.crypto?.subtle) return null;
  const coder = new TextEncoder();
  const wanted = Number.parseInt(hash.slice(0, 8), 16);
  for (let number = 0; number < most; number++) {
    const digest = await crypto.subtle.digest("SHA-256", coder.encode(salt + number));
    if (new DataView(digest).getUint32(0) === wanted && hex(digest) === hash)
      return { salt, signature, number };
  }
  return null;
}

function hex(digest: ArrayBuffer): string {
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
