"""Debian's Firefox, driven over WebDriver BiDi, which it speaks by itself (https://w3c.github.io/webdriver-bidi/)."""

from __future__ import annotations

import itertools
import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tests.services import free_port, wait_until

PREFERENCES: dict[str, Any] = {
    "browser.shell.checkDefaultBrowser": False,
    "dom.disable_open_during_load": True,  # popups open by a visitor's own hand only, as everywhere
    "browser.startup.homepage_override.mstone": "ignore",
    "datareporting.policy.dataSubmissionEnabled": False,
    "app.normandy.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "extensions.getAddons.cache.enabled": False,
    "services.settings.server": "data:,",
    # No page reaches anything outside of this machine, whatever its theme would load from there.
    "network.proxy.type": 1,
    "network.proxy.http": "127.0.0.1",
    "network.proxy.http_port": 9,
    "network.proxy.ssl": "127.0.0.1",
    "network.proxy.ssl_port": 9,
    # Nobody looks at these tabs, but they are as quick as one that is looked at: otherwise they move once a second.
    "layout.throttled_frame_rate": 60,
    "dom.min_background_timeout_value_without_budget_throttling": 4,
}
# Finds an element by a selector, through open shadow roots too, the way a reader's eye does.
FIND = """selector => {
  const look = root => {
    for (const element of root.querySelectorAll('*')) {
      if (element.matches(selector)) return element;
      const inside = element.shadowRoot && look(element.shadowRoot);
      if (inside) return inside;
    }
    return null;
  };
  return look(document);
}"""
# True once that element holds the text, false when it takes a while.
WAIT = """(selector, text) => new Promise(resolve => {
  const find = FIND, end = Date.now() + 1000;
  const look = () => {
    const element = find(selector);
    if (element && element.textContent.includes(text)) resolve(true);
    else if (Date.now() > end) resolve(false);
    else setTimeout(look, 20);
  };
  look();
})""".replace("FIND", FIND)


@dataclass
class Tab:
    """One tab or popup."""

    firefox: Firefox
    context: str
    visitor: str = ""
    """The visitor whose tab it is, with cookies and storage of their own; empty for the profile's."""

    def go(self, url: str) -> None:
        self.firefox.send("browsingContext.navigate", context=self.context, url=url, wait="complete")

    def reload(self) -> None:
        self.firefox.send("browsingContext.reload", context=self.context, wait="complete")

    @property
    def url(self) -> str:
        """Where it is, with its fragment."""
        return str(self.run("location.href", by_hand=False))

    def wait_until_closed(self) -> None:
        """Until somebody has closed it."""
        wait_until(lambda: self.context not in {known.context for known in self.firefox.tabs()})

    def run(self, body: str, *, by_hand: bool = True) -> Any:
        """What a script's expression comes to; as by the visitor's own hand, so that it may open popups, or not."""
        expression = f"Promise.resolve({body}).then(value => JSON.stringify(value) ?? 'null')"
        answer = self.firefox.send(
            "script.evaluate", expression=expression, target={"context": self.context}, awaitPromise=True,
            userActivation=by_hand,
        )  # fmt: skip
        assert answer["type"] == "success", answer
        return json.loads(answer["result"]["value"])

    def kept(self, name: str) -> str | None:
        """What the tab itself keeps under that name."""
        found: str | None = self.run(f"sessionStorage.getItem({json.dumps(name)})")
        return found

    def wait_for(self, selector: str, text: str = "") -> None:
        """Until there is such an element with that text in it."""

        def there() -> bool:
            try:
                # Whoever only looks must not make a popup that is about to be blocked a wanted one.
                return bool(self.run(f"({WAIT})({json.dumps(selector)}, {json.dumps(text)})", by_hand=False))
            except (AssertionError, BidiError):  # the page is on its way to another one
                return False

        wait_until(there)

    def value(self, selector: str) -> str:
        """What a field holds."""
        return str(self.run(f"(({FIND})({json.dumps(selector)})?.value ?? '')"))

    def click(self, selector: str, *, by_hand: bool = True) -> None:
        self.wait_for(selector)
        self.run(f"(({FIND})({json.dumps(selector)}).click(), null)", by_hand=by_hand)

    def fill(self, selector: str, text: str) -> None:
        self.wait_for(selector)
        self.firefox.send("browsingContext.activate", context=self.context)
        self.run(
            f"(field => {{ field.focus(); field.value = {json.dumps(text)};"
            f" field.dispatchEvent(new Event('input', {{bubbles: true}})); }})(({FIND})({json.dumps(selector)}))"
        )


class BidiError(Exception):
    """Firefox has refused a command."""


class Firefox:
    """A running Firefox with a profile of its own."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._numbers = itertools.count(1)

    @classmethod
    @contextmanager
    def start(cls, **preferences: Any) -> Iterator[Firefox]:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            lines = [
                f"user_pref({json.dumps(name.replace('__', '.'))}, {json.dumps(value)});"
                for name, value in (PREFERENCES | preferences).items()
            ]
            (Path(folder) / "user.js").write_text("\n".join(lines), "utf-8")
            port = free_port()
            program = shutil.which("firefox-esr") or shutil.which("firefox")
            assert program is not None, "Firefox is not installed"
            log = (Path(folder) / "log").open("w")
            process = subprocess.Popen(
                [program, "--headless", "--no-remote", "--profile", folder, "--remote-debugging-port", str(port)],
                stdout=log, stderr=log, stdin=subprocess.DEVNULL,
            )  # fmt: skip
            try:
                address = wait_until(lambda: _address(Path(folder) / "log"), 60)
                with connect(f"{address}/session", max_size=None, close_timeout=1) as connection:
                    firefox = cls(connection)
                    firefox.send("session.new", capabilities={})
                    yield firefox
                    firefox.send("browser.close")
            finally:
                process.terminate()
                process.wait(20)
                log.close()

    def send(self, method: str, **params: Any) -> Any:
        """Give a command and wait for what comes of it. Raises BidiError."""
        number = next(self._numbers)
        self._connection.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            message = json.loads(self._connection.recv(timeout=60))
            if message.get("id") != number:
                continue  # an event, or an answer that nobody waits for
            if message["type"] == "error":
                raise BidiError(message["error"], message["message"])
            return message["result"]

    def tabs(self) -> list[Tab]:
        """All tabs and popups, the oldest first."""
        tree = self.send("browsingContext.getTree", maxDepth=0)
        return [Tab(self, context["context"]) for context in tree["contexts"]]

    def open(self, url: str, visitor: str = "") -> Tab:
        """A new tab at that address."""
        # In the first window: the one that was last in front may be a popup that is about to close, and never answers.
        of = {"referenceContext": self.tabs()[0].context} | ({"userContext": visitor} if visitor else {})
        tab = Tab(self, self.send("browsingContext.create", type="tab", **of)["context"], visitor)
        tab.go(url)
        return tab

    def close(self, tab: Tab) -> None:
        """Nobody looks at it any more."""
        self.send("browsingContext.close", context=tab.context)

    @contextmanager
    def visitor(self) -> Iterator[str]:
        """Somebody with cookies and storage of their own; all their tabs are closed at the end."""
        made: str = self.send("browser.createUserContext")["userContext"]
        yield made
        self.send("browser.removeUserContext", userContext=made)

    def popup_of(self, tab: Tab, selector: str) -> Tab:
        """The window that a click opens."""
        before = {known.context for known in self.tabs()}
        tab.click(selector)
        found: Tab = wait_until(lambda: next((new for new in self.tabs() if new.context not in before), None))
        return found


def _address(log: Path) -> str | None:
    found = re.search(r"WebDriver BiDi listening on (ws://\S+)", log.read_text("utf-8", "replace"))
    return found[1] if found else None
