// A page that waits for something looks again by itself, and shows what has changed. Without this file one reloads it.

const live = () => document.querySelector("#live");

async function look() {
  const wait = Number(live()?.dataset.poll);
  if (!wait) return;
  if (!document.hidden) {
    const response = await fetch(location.href).catch(() => null);
    if (response?.ok && !response.redirected) show(await response.text());
  }
  setTimeout(look, wait);
}

function show(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const fresh = page.querySelector("#live");
  if (!fresh) return;
  const same = live().isEqualNode(fresh);
  if (fresh.dataset.poll) live().dataset.poll = fresh.dataset.poll;
  else delete live().dataset.poll;
  // Only what has changed is announced; a form that somebody may be typing into stays.
  if (!same) live().replaceChildren(...document.adoptNode(fresh).childNodes);
  const form = document.querySelector("#ask");
  if (!form.childElementCount) form.replaceWith(document.adoptNode(page.querySelector("#ask")));
}

if (live()) setTimeout(look, Number(live().dataset.poll) || 0);
