"""Debian's Chromium on a page of another origin, with the real server and a scripted model behind it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.fakes.openai_server import OpenAIServer
from tests.services import PAGE, Server, Site

# As root, and on machines that reach nothing outside.
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


# Not for the session: Playwright keeps an event loop running in this thread, where other rooms' tests run theirs.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
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


@pytest.fixture
def visitor(browser: Browser, server: Server) -> Iterator[Callable[[], Page]]:
    """Opens the page as one more visitor, each with cookies of their own; fails on any error in the console."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def arrive() -> Page:
        context = browser.new_context()
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.goto(f"{server.site.origin}{server.page}")
        page.get_by_label("Your comment").first.wait_for()
        return page

    yield arrive
    for context in contexts:
        context.close()
    # The plain site has no favicon, which Chromium asks for by itself.
    assert [text for text in complaints if "favicon" not in text and "404" not in text] == []
