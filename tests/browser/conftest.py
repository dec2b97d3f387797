"""Debian's Chromium on a page of another origin, with the real server and a scripted model behind it."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Page,
    Playwright,
    Request,
    expect,
    sync_playwright,
)

from tests.browser.demo import Demo
from tests.fakes.openai_server import OpenAIServer
from tests.services import PAGE, Server, Site

# As root; no page reaches anything outside of this machine, whatever its theme would load from there.
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE *.localhost, EXCLUDE 127.0.0.1, EXCLUDE [::1]",
]  # fmt: skip
# A condition that comes is met at once; how long a machine with other work may need is no concern of the tests.
expect.set_options(timeout=20_000)
# The same browser without its own windows: a page costs a quarter there. Who depends on its settings takes all of it.
PROGRAM = shutil.which("chromium-headless-shell") or shutil.which("chromium")
ARTIFACTS = Path(__file__).parents[2] / "test-artifacts"
FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


# Not for the session: Playwright keeps an event loop running in this thread, where other rooms' tests run theirs.
@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="package")
def browser(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=PROGRAM, args=ARGUMENTS)
    yield browser
    browser.close()


@pytest.fixture
def model() -> Iterator[OpenAIServer]:
    with OpenAIServer.start() as running:
        yield running


@pytest.fixture
def server(tmp_path: Path, model: OpenAIServer) -> Iterator[Server]:
    """The server, and a page of the site that has nothing of ours but the tag."""
    with Site.start() as site, Server.start(tmp_path, site, OPENAI_BASE_URL=model.base_url) as running:
        tag = f'<script src="{running.url}/answerback.js" data-site="demo" async></script>'
        (site.folder / "bakery.html").write_text(PAGE.replace("</main>", f"</main>{tag}"), "utf-8")
        yield running


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """One server, one scripted model and the demo's pages for the whole module; tests take it as `demo`."""
    with Demo.start(tmp_path_factory.mktemp("demo")) as running:
        yield running


@pytest.fixture
def demo(standing: Demo) -> Demo:
    """The module's demo, with a model that has nothing particular to do."""
    standing.model.reset()
    if not standing.server.is_running:
        standing.server.run()  # the test before has ended in between
    return standing


class Arrivals:
    """Opens pages as new visitors, and keeps what their consoles and connections say."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self.contexts: list[BrowserContext] = []
        self.pages: list[Page] = []
        self.complaints: list[str] = []
        self.expected: list[str] = []
        self.hosts: set[str] = set()

    def __call__(self, address: str, **options: Any) -> Page:
        """A visitor of their own at that address; `options` are Playwright's for a context."""
        page = self.enter(self._browser.new_context(**options))
        page.goto(address)
        return page

    def enter(self, context: BrowserContext) -> Page:
        """One more page of a context, watched like all others."""
        self.contexts.append(context)
        page = context.new_page()
        self.pages.append(page)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._hear)
        page.on("dialog", self._refuse)
        page.on("request", self._asked)
        return page

    def expect(self, pattern: str) -> None:
        """Let the console say what matches."""
        self.expected.append(pattern)

    def _hear(self, message: ConsoleMessage) -> None:
        # The plain site has no favicon, which Chromium asks for by itself.
        if message.type == "error" and not message.location["url"].endswith("/favicon.ico"):
            self.complaints.append(f"{message.text} {message.location['url']}")

    def _refuse(self, dialog: Dialog) -> None:
        self.complaints.append(f"a dialog: {dialog.message}")
        dialog.dismiss()

    def _asked(self, request: Request) -> None:
        if request.url.startswith(("http:", "https:")):
            self.hosts.add(request.url.split("/")[2])

    def left(self) -> list[str]:
        """The complaints that no test expects."""
        return [text for text in self.complaints if not any(re.search(known, text) for known in self.expected)]


@pytest.fixture
def arrive(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Arrivals]:
    """Visitors, each with cookies of their own; fails on any error in a console; pictures are kept of a failure."""
    arrivals = Arrivals(browser)
    yield arrivals
    if request.node.stash.get(FAILED, False):
        ARTIFACTS.mkdir(exist_ok=True)
        for number, page in enumerate(arrivals.pages, 1):
            page.screenshot(path=ARTIFACTS / f"{request.node.name}-{number}.png")
    for context in arrivals.contexts:
        if context in browser.contexts:  # not the one that is a whole browser, which others take too
            context.close()
    assert arrivals.left() == []


@pytest.fixture(scope="module")
def chromium_that_blocks(
    playwright: Playwright, standing: Demo, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BrowserContext]:
    """All of Chromium, set to block our cookies on the site's pages; tests take it as `blocking`."""
    folder = tmp_path_factory.mktemp("profile")
    place = f"{standing.server.url},{standing.server.site.origin}"  # whose cookies, on whose pages
    blocked = {"profile": {"content_settings": {"exceptions": {"cookies": {place: {"setting": 2}}}}}}
    (folder / "Default").mkdir()
    (folder / "Default" / "Preferences").write_text(json.dumps(blocked), "utf-8")
    context = playwright.chromium.launch_persistent_context(
        folder, executable_path=shutil.which("chromium"), args=ARGUMENTS
    )
    yield context
    context.close()


@pytest.fixture
def blocking(chromium_that_blocks: BrowserContext, demo: Demo) -> Iterator[BrowserContext]:
    """The module's Chromium that blocks our cookies, as somebody who has never been here."""
    context = chromium_that_blocks
    yield context
    first, *others = context.pages  # with its last page a browser ends
    for page in others:
        page.close()
    context.clear_cookies()
    session = context.new_cdp_session(first)
    for origin in (demo.server.url, demo.server.site.origin):
        session.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "all"})
    session.detach()


@pytest.fixture(params=["cookies kept", "cookies blocked"])
def context(request: pytest.FixtureRequest, browser: Browser) -> Iterator[BrowserContext]:
    """A visitor's browser, once as it comes and once set to block all of our cookies on the site's pages."""
    if request.param == "cookies blocked":
        yield request.getfixturevalue("blocking")
        return
    context = browser.new_context()
    yield context
    context.close()


@pytest.fixture
def visitor(arrive: Arrivals, server: Server) -> Callable[[], Page]:
    """Opens the bakery's page as one more visitor."""

    def come() -> Page:
        page = arrive(f"{server.site.origin}{server.page}")
        page.get_by_label("Your comment").first.wait_for()
        return page

    return come
