/** Signing in on our own page: in a popup opened by the click itself, or in place of the page where none may open. */

import { addressOf } from "../api.js";
import { BrowserStorage } from "../storage.js";
import { newKey } from "./keys.js";

/** What the sign-in page hands over. */
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
  /** Null where browsers have no digest (pages without TLS): there nobody can sign in. */
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

  /** Called in the click. A popup that seems closed at once may be alive: the host page may have cut it off. */
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

  /** Takes what the sign-in page has handed over; false where it was not begun here. */
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

/** Made before the click, which lets a popup open for a short while only. */
async function prepared(): Promise<Attempt> {
  const verifier = newKey() + newKey();
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  const challenge = btoa(String.fromCharCode(...new Uint8Array(digest))).replace(
    /[+/=]/g,
    (sign) => ({ "+": "-", "/": "_" })[sign] ?? "",
  );
  return { nonce: newKey(), verifier, challenge };
}
