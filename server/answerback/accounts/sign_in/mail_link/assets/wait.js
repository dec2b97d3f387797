// Looks again whether the mail's link was used, but not under the hand that types its code; at once when another window
// of this browser says so.
(() => {
  const { here, seconds } = document.currentScript.dataset;
  const look = () => {
    if (!document.getElementById("code")?.value) location.replace(here);
  };
  setInterval(look, seconds * 1000);
  new BroadcastChannel("answerback:mail").onmessage = look;
})();
