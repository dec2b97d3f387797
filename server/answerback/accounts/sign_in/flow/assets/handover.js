// Hands the code to the page that opened this window, at exactly its origin; without that page, goes there by way
// of our server, which looks at the page first. `popup.closed` and a silent opener are never taken for a refusal.
(() => {
  const { origin, nonce, code, back } = document.currentScript.dataset;
  const WAIT_MS = 3000;
  const goBack = () => location.replace(back);
  if (!window.opener) {
    goBack();
    return;
  }
  const late = setTimeout(goBack, WAIT_MS);
  addEventListener("message", (event) => {
    if (event.origin !== origin || event.source !== window.opener || event.data?.type !== "answerback:received") return;
    clearTimeout(late);
    close();
  });
  window.opener.postMessage({ type: "answerback:signed-in", nonce, code }, origin);
})();
