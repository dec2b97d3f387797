/** Signing in on our own page: in a popup opened from a click, or in the same tab if popups are blocked. */

import { addressOf } from "../api.js";
import { BrowserStorage } from "../storage.js";
import { newKey } from "./keys.js";

/** What the sign-in page returns. */
export interface Handed {
  code: string;
  nonce: string;
}

interface Attempt {
  nonce: string;
  verifier: string;
  challenge: string;
}

const KEPT_MS = 900_000;
const SIGNED_IN = "answerback:signed-in";
const RECEIVED = "answerback:received";

export class SigningIn {
  #kept: BrowserStorage;
  /** Null if the browser has no SubtleCrypto (pages without TLS): signing in is impossible there. */
  #next: Promise<Attempt> | null;
  #forget: (() => void) | null = null;

  constructor(
    private readonly base: string,
    private readonly site: string,
    private readonly done: (code: string, verifier: string) => void,
  ) {
    this.#kept = new BrowserStorage(`answerback:${site}:`);
    this.#next = crypto.subtle ? prepared() : null;
  }

  close(): void {
    this.#forget?.();
  }

  /**
   * Call from a click handler. A popup that seems closed may still be open: the host page's policy may have
   * cut the link.
   */
  async begin(lang: string): Promise<void> {
    const attempt = await this.#next;
    if (!attempt) return;
    const { nonce, verifier, challenge } = attempt;
    this.#next = prepared();
    this.#keep({ ...this.#all(), [nonce]: { verifier, until: Date.now() + KEPT_MS } });
    const return_to = location.href.split("#")[0] ?? "";
    const query = { site: this.site, origin: location.origin, return_to, lang, nonce, challenge };
    const url = addressOf(this.base, "sign-in/", query);
    this.#forget?.();
    const popup = window.open(url, "answerback-sign-in", "popup,width=480,height=720");
    if (!popup) {
      location.assign(url);
      return;
    }
    const told = ({ origin, source, data }: MessageEvent) => {
      if (origin !== url.origin || source !== popup || data?.type !== SIGNED_IN || data.nonce !== nonce)
        return;
      popup.postMessage({ type: RECEIVED }, url.origin);
      this.finish(data);
    };
    addEventListener("message", told);
    this.#forget = () => removeEventListener("message", told);
  }

  /** Accepts the sign-in page's result; false if the attempt was not started here. */
  finish({ code, nonce }: Handed): boolean {
    const { [nonce]: kept, ...others } = this.#all();
    if (!kept) return false;
    this.#keep(others);
    this.#forget?.();
    this.done(code, kept.verifier);
    return true;
  }

  #all(): Record<string, { verifier: string; until: number }> {
    const all = this.#kept.get<Record<string, { verifier: string; until: number }>>("signing-in") ?? {};
    return Object.fromEntries(Object.entries(all).filter(([, { until }]) => until > Date.now()));
  }

  #keep(all: object): void {
    this.#kept.set("signing-in", Object.keys(all).length ? all : null);
  }
}

/** Prepared before the click, since the permission to open a popup is brief. */
async function prepared(): Promise<Attempt> {
  const verifier = newKey() + newKey();
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  const challenge = btoa(String.fromCharCode(...new Uint8Array(digest))).replace(
    /[+/=]/g,
    (sign) => ({ "+": "-", "/": "_" })[sign] ?? "",
  );
  return { nonce: newKey(), verifier, challenge };
}
