// Passkeys: a form of the page is sent with what the browser has made or signed. On the sign-in page the browser also
// offers them in the field of the email address.

const RENEW_MS = 8 * 60_000; // a challenge lasts ten minutes

let offering = new AbortController();

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (each) => each.charCodeAt(0));

function text(buffer) {
  const binary = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(binary).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

/** The options of the server, with bytes where the browser wants bytes. */
async function options(form) {
  const response = await fetch(form.dataset.options);
  if (!response.ok || response.redirected) throw new Error("no options");
  const given = await response.json();
  given.challenge = bytes(given.challenge);
  if (given.user) given.user.id = bytes(given.user.id);
  for (const list of ["excludeCredentials", "allowCredentials"]) {
    given[list] = (given[list] ?? []).map((each) => ({ ...each, id: bytes(each.id) }));
  }
  return given;
}

/** What the browser has made or signed, as JSON. */
function answer(credential) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = text(credential.response[name]);
  }
  const { id, type } = credential;
  return JSON.stringify({ id, rawId: text(credential.rawId), type, response });
}

function send(form, credential) {
  form.querySelector("[data-answer]").value = answer(credential);
  form.submit();
}

async function use(form) {
  const failed = form.querySelector("[data-failed]");
  failed.hidden = true;
  offering.abort();
  try {
    const publicKey = await options(form);
    send(form, await navigator.credentials[form.dataset.passkey]({ publicKey }));
  } catch {
    failed.hidden = false; // cancelled, timed out, or there already
    offer();
  }
}

/** Have the browser offer passkeys where the email address is typed, until another way is taken. */
async function offer() {
  const form = document.querySelector('form[data-passkey="get"]');
  if (!form || !document.querySelector('[autocomplete~="webauthn"]')) return;
  if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
  offering = new AbortController();
  const { signal } = offering;
  const renewal = setTimeout(() => {
    offering.abort();
    offer();
  }, RENEW_MS);
  try {
    const publicKey = await options(form);
    send(form, await navigator.credentials.get({ publicKey, signal, mediation: "conditional" }));
  } catch {
    if (signal.aborted) clearTimeout(renewal);
  }
}

if (window.PublicKeyCredential) {
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      use(form);
    });
  }
  offer();
}
