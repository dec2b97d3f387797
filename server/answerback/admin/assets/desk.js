// The owner's lists made quick: forms are sent without leaving the page, keys move and decide, and what others decide
// meanwhile is said. Everything works without this file, too.

const PULSE_MS = 5_000;
const UNDO_MS = 10_000;

/** The page's own parts, which change with each answer of the server. */
const parts = ["#desk", "#waiting", "title"];
let pending = null;

const desk = () => document.querySelector("[data-desk]");
const entries = () => [...document.querySelectorAll("#inbox > article, #log > article")];
const current = () => document.activeElement?.closest("article") ?? null;

/** Put what a response says in place of what is shown; the entry that was chosen, or the one in its place, is kept. */
async function show(response, place) {
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  if (!page.querySelector("#desk")) {
    document.body.replaceWith(document.adoptNode(page.body)); // an error, or the sign-in
    return;
  }
  for (const part of parts) {
    const [old, fresh] = [document.querySelector(part), page.querySelector(part)];
    if (old && fresh) old.replaceWith(document.adoptNode(fresh));
  }
  const url = new URL(response.url);
  for (const said of ["done", "undo", "late"]) url.searchParams.delete(said);
  history.replaceState(null, "", url);
  ready();
  if (place >= 0) focus(entries()[Math.min(place, entries().length - 1)]);
}

/** Send a form as the browser would, and show the page that it leads to. */
async function send(form, submitter) {
  if (pending) return;
  const place = entries().indexOf(form.closest("article") ?? current());
  const data = new FormData(form, submitter);
  desk().setAttribute("aria-busy", "true");
  // By attribute: `form.action` is the button of that name.
  const to = submitter?.getAttribute("formaction") ?? form.getAttribute("action") ?? location.href;
  pending = fetch(to, { method: "POST", body: new URLSearchParams(data) });
  try {
    await show(await pending, place);
  } catch {
    desk().querySelector("#offline").hidden = false;
  } finally {
    pending = null;
    desk()?.removeAttribute("aria-busy");
  }
}

function focus(entry) {
  if (!entry) return;
  entry.focus({ preventScroll: true });
  entry.scrollIntoView({ block: "nearest" });
}

function step(by) {
  const all = entries();
  const at = all.indexOf(current());
  focus(all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + by))]);
}

/** Press the button of the chosen entry that has this key. */
function press(key) {
  const entry = current() ?? entries()[0];
  entry?.querySelector(`button[aria-keyshortcuts="${key}"]`)?.click();
}

const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  a: () => press("a"),
  h: () => press("h"),
  s: () => press("s"),
  r: () => {
    const write = current()?.querySelector("[data-reply]")?.parentElement;
    if (!write) return;
    write.open = true;
    write.querySelector("textarea").focus();
  },
  b: () => {
    const to = current()?.dataset.author;
    if (to) location.assign(to);
  },
  x: () => current()?.querySelector('input[type="checkbox"][form="selection"]')?.click(),
  u: () => document.querySelector('[data-key="u"]')?.click(),
  "/": () => {
    const search = document.querySelector('input[type="search"]');
    if (search) search.focus();
    else location.assign(document.querySelector("[data-search]").href);
  },
  "?": () => document.querySelector("#help")?.showModal(),
};

function typing(target) {
  return target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]") !== null;
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && typing(event.target)) {
    focus(event.target.closest("article"));
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
  const open = document.querySelector("dialog[open]");
  const act = open ? null : KEYS[event.key];
  if (!act || !desk()) return;
  event.preventDefault();
  act();
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || !form.closest("[data-desk=inbox]")) return;
  event.preventDefault();
  send(form, event.submitter);
});

document.addEventListener("change", (event) => {
  const field = event.target.dataset?.saved && document.getElementById(event.target.dataset.saved);
  if (!field || !event.target.value) return;
  field.value = event.target.value;
  field.focus();
});

/** What others have done meanwhile, and how much waits now. */
async function look() {
  const list = desk();
  if (!list?.dataset.pulse || document.hidden || pending) return;
  const ids = entries().map((entry) => entry.dataset.item);
  const query = new URLSearchParams({ site: list.dataset.site, kind: list.dataset.kind, ids: ids.join(",") });
  const response = await fetch(`${list.dataset.pulse}?${query}`).catch(() => null);
  if (!response?.ok || response.redirected || pending || list !== desk()) return;
  const now = await response.json();
  for (const [kind, count] of Object.entries({ all: now.badge, ...now.counts })) {
    for (const badge of list.querySelectorAll(`[data-count="${kind}"]`)) badge.hidden = !count;
    for (const badge of list.querySelectorAll(`[data-count="${kind}"]`)) badge.textContent = count;
  }
  const bar = document.querySelector("#waiting");
  bar.hidden = !now.badge;
  bar.textContent = now.badge;
  document.title = `${now.badge ? `(${now.badge}) ` : ""}${document.title.replace(/^\(\d+\+?\) /, "")}`;
  for (const [id, words] of Object.entries(now.changed)) told(id, words);
  const shown = list.dataset.newest;
  document.querySelector("#fresh").hidden = !now.newest || now.newest === shown || !later(now.newest, shown);
}

const later = (one, other) => !other || Number(one.split(".")[0]) > Number(other.split(".")[0]);

/** Say at an entry what has become of it elsewhere; nothing can be decided there any more. */
function told(id, words) {
  const entry = document.getElementById(`i-${id}`);
  if (!entry || entry.classList.contains("over")) return;
  entry.classList.add("over");
  for (const control of entry.querySelectorAll("button, input, textarea, select")) control.disabled = true;
  const note = document.createElement("p");
  note.className = "notice wait";
  note.setAttribute("role", "status");
  note.textContent = words;
  entry.prepend(note);
}

/** What only makes sense with this script is shown by it. */
function ready() {
  for (const field of document.querySelectorAll(".saved, #help-button")) field.hidden = false;
  document.querySelector("#help-button")?.addEventListener("click", () => KEYS["?"]());
  const toast = document.querySelector(".toast form");
  if (toast) setTimeout(() => toast.remove(), UNDO_MS);
}

ready();
setInterval(look, PULSE_MS);
document.addEventListener("visibilitychange", look);
