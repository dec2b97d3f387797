"""Visitors in Chromium, on machines as slow as one likes."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from tests.browser.demo import Demo


@contextmanager
def chromium(folder: Path, **settings: str) -> Iterator[tuple[Demo, Browser]]:
    """The demo's pages and server, and a browser."""
    folder.mkdir(parents=True, exist_ok=True)
    with Demo.start(folder, **settings) as demo, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield demo, browser
        browser.close()


@contextmanager
def visitor(browser: Browser, cpu: int = 1) -> Iterator[tuple[Page, CDPSession]]:
    """A page of somebody new, whose machine is so many times slower."""
    context = browser.new_context(viewport={"width": 1100, "height": 900})
    page = context.new_page()
    tools = context.new_cdp_session(page)
    tools.send("Emulation.setCPUThrottlingRate", {"rate": cpu})
    tools.send("Performance.enable", {"timeDomain": "threadTicks"})
    yield page, tools
    context.close()


def cpu_of(page: Page, tools: CDPSession, work: Callable[[], object]) -> float:
    """What something costs the page's main thread until all is drawn, in ms of CPU: scripts, styles and layout."""

    def spent() -> float:
        page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))")
        found = {each["name"]: each["value"] for each in tools.send("Performance.getMetrics")["metrics"]}
        return 1_000 * float(found["ScriptDuration"] + found["RecalcStyleDuration"] + found["LayoutDuration"])

    before = spent()
    work()
    return spent() - before
