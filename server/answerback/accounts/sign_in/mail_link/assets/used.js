// Tells the window that waits for this link to look now instead of in a few seconds.
new BroadcastChannel("answerback:mail").postMessage("used");
