/** Keys generated in the browser. */

/** An idempotency key; `crypto.randomUUID` is not available on pages without TLS. */
export function newKey(): string {
  let key = "";
  for (const byte of crypto.getRandomValues(new Uint8Array(16))) key += byte.toString(16).padStart(2, "0");
  return key;
}
