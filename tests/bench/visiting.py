"""What a visitor waits for: a page with 100 comments on a slow connection, beside Isso's own widget."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from playwright.sync_api import Browser

from tests.browser.demo import Demo

from .chromium import chromium, visitor
from .contenders import isso, isso_program
from .measuring import Row, medians

SECTION = "visiting"
SLOW = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 93_750}
"""1.6 Mbit/s down, 750 kbit/s up, 150 ms."""
COMMENTS = 100
SHOWN = {
    "ours": "document.querySelector('answerback-comments')?.shadowRoot?.querySelector('.comment:not(.ghost)')",
    "Isso": "document.querySelector('.isso-comment')",
}
WATCH = """
window.seen = {shift: 0, longest: 0, shown: 0};
const watch = (type, note) => new PerformanceObserver(list => list.getEntries().forEach(note))
  .observe({type, buffered: true});
watch('layout-shift', ({value, hadRecentInput}) => seen.shift += hadRecentInput ? 0 : value);
watch('longtask', ({duration}) => seen.longest = Math.max(seen.longest, duration));
const look = () => { if (%s) seen.shown = performance.now(); else requestAnimationFrame(look); };
requestAnimationFrame(look);
"""
Visit = dict[str, float]


def _visit(browser: Browser, address: str, whose: str, cpu: int) -> Visit:
    """One visit of somebody who has nothing in the cache."""
    with visitor(browser, cpu) as (page, tools):
        tools.send("Network.enable")
        tools.send("Network.emulateNetworkConditions", SLOW)
        page.add_init_script(WATCH % SHOWN[whose])
        requested: list[str] = []
        page.on("request", lambda request: requested.append(request.url))
        page.goto(address)
        page.wait_for_function("seen.shown", timeout=60_000)
        before = len({url for url in requested if not url.startswith(address) and "favicon" not in url})
        page.wait_for_load_state("networkidle")
        page.wait_for_function("performance.now() > seen.shown + 1500")
        return {**page.evaluate("seen"), "requests": before}


def loading(rounds: int, seconds: float, folder: Path) -> list[Row]:
    """How soon 100 comments show, what it blocks and what it shifts."""
    with ExitStack() as stack:
        demo, browser = stack.enter_context(chromium(folder / "visiting"))
        place = f'<div id="comments" style="min-height:100vh">{demo.tag}</div>'
        address = demo.with_page(f"<h1>A page</h1><p>Words.</p>{place}<footer><p>Foot</p></footer>")
        demo.server.begin()
        for number in range(COMMENTS):
            demo.server.post(f"Comment number {number}. " + "Some words more. " * (number % 5))
        visits: dict[str, Callable[[int], Visit]] = {"ours": lambda cpu: _visit(browser, address, "ours", cpu)}
        program = isso_program()
        if isinstance(program, Path):
            theirs = stack.enter_context(_isso_page(program, folder / "visiting-isso", demo))
            visits["Isso"] = lambda cpu: _visit(browser, theirs, "Isso", cpu)
        found = {cpu: {name: [visit(cpu) for _ in range(rounds)] for name, visit in visits.items()} for cpu in (1, 4)}
    return [
        _row(found[1], "shown", "ms", "100 comments shown, 1.6 Mbit/s, 150 ms", 650),
        _row(found[4], "shown", "ms", "the same with a CPU 4 times slower", 900),
        _row(found[4], "longest", "ms", "longest task with a CPU 4 times slower", 50),
        _row(found[1], "requests", "requests", "requests until comments show", 3),
        _row(found[1], "shift", "CLS", "layout shift, in a place of the page's own", 0),
    ]


@contextmanager
def _isso_page(program: Path, folder: Path, demo: Demo) -> Iterator[str]:
    """A page with Isso's widget and as many comments."""
    with isso(program, folder, demo.server.site.origin) as (port, _):
        for number in range(COMMENTS):
            body = json.dumps(
                {"text": f"Comment number {number}. " + "Some words more. " * (number % 5), "title": "A page"}
            )
            head = {"Content-Type": "application/json", "Origin": demo.server.site.origin}
            where = f"http://127.0.0.1:{port}/new?uri=/isso"
            urllib.request.urlopen(urllib.request.Request(where, body.encode(), head)).read()
        tag = f'<script data-isso="//127.0.0.1:{port}/" src="http://127.0.0.1:{port}/js/embed.min.js" async></script>'
        yield demo.with_page(
            f'<h1>A page</h1><p>Words.</p>{tag}<section id="isso-thread" data-isso-id="/isso"></section>'
        )


def _row(visits: dict[str, list[Visit]], name: str, unit: str, what: str, most: float) -> Row:
    found = {whose: [visit[name] for visit in each] for whose, each in visits.items()}
    row = Row(SECTION, f"widget: {what}", unit, found["ours"], medians(found), f"≤ {most:,}" if most else "0")
    row.holds = round(row.median, 3) <= most
    return row
