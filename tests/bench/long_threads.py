"""What things cost a visitor who has 1,000 comments before them, and a page on which 200 answers come at once."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import CDPSession, Page, expect

from tests.browser.demo import Demo, field

from .chromium import chromium, cpu_of, visitor
from .measuring import Row

SECTION = "long threads"
COMMENTS = 1_000
PIECES = 200
ANSWERS = 200
LONGEST = """window.longest = window.blocked = 0;
new PerformanceObserver(list => { for (const { duration } of list.getEntries()) {
  longest = Math.max(longest, duration); blocked += duration - 50; } }).observe({ type: 'longtask' })"""

ALL = """async most => {
  const { shadowRoot } = document.querySelector('answerback-comments');
  while (shadowRoot.querySelectorAll('article').length < most) {
    shadowRoot.querySelector('[part~=more]')?.click();
    await new Promise(done => setTimeout(done, 50));
  }
}"""

COMES = """async selector => {
  const { shadowRoot } = document.querySelector('answerback-comments');
  while (!shadowRoot.querySelector(selector)) await new Promise(done => setTimeout(done, 100));
}"""
VOTE = """async at => {
  const { shadowRoot } = document.querySelector('answerback-comments');
  const vote = shadowRoot.querySelectorAll('[part~=vote-up]')[at];
  vote.click();
  while (vote.getAttribute('aria-pressed') !== 'true') await new Promise(done => setTimeout(done, 100));
}"""


def long_threads(rounds: int, seconds: float, folder: Path) -> list[Row]:
    """A vote, a new comment, a streamed answer and typing in a long thread; a permalink; many answers."""
    with chromium(folder / "long-threads") as (demo, browser):
        address = demo.at("bread.html")
        demo.server.restart(max_answers_per_thread="unlimited", daily_answers="unlimited")
        demo.server.begin()
        ids = [
            demo.server.post(f"Comment number {number}.", ask=False).json["comment"]["id"] for number in range(COMMENTS)
        ]
        with visitor(browser) as (page, tools):
            _show_all(page, address)
            rows = [_votes(page, tools, rounds), _comments(demo, page, tools, rounds), _pieces(demo, page, tools)]
        with visitor(browser) as (page, _):
            rows.append(_permalink(page, f"{address}#answerback-{ids[0]}"))
        with visitor(browser, cpu=4) as (page, _):
            _show_all(page, address)
            rows.append(_typing(demo, page))
        address = demo.at("index.html")
        demo.server.begin()
        with visitor(browser) as (page, _):
            rows.append(_answers(demo, page, address))
    return rows


def _row(what: str, unit: str, rounds: list[float], most: float) -> Row:
    row = Row(SECTION, f"widget: {what}", unit, rounds, wanted=f"≤ {most:g}")
    row.holds = row.median <= most
    return row


def _show_all(page: Page, address: str) -> None:
    """Go to the page and press "Show more comments" until there are no more."""
    page.goto(address)
    expect(page.locator("answerback-comments article").first).to_be_visible()
    page.evaluate(ALL, COMMENTS)


def _row_is_there(page: Page, id: str, selector: str = "") -> None:
    """Wait for a row as cheaply as can be: what the browser does for the wait counts as the widget's."""
    page.evaluate(COMES, f"[data-id='{id}'] {selector}")


def _votes(page: Page, tools: CDPSession, rounds: int) -> Row:
    """What a vote costs; the first one fetches the code and the session."""
    page.evaluate(VOTE, 500)
    page.wait_for_load_state("networkidle")
    costs = [cpu_of(page, tools, lambda at=at: page.evaluate(VOTE, at)) for at in range(501, 501 + max(5, rounds))]
    return _row("a vote, 1,000 comments shown: CPU", "ms", costs, 20)


def _comments(demo: Demo, page: Page, tools: CDPSession, rounds: int) -> Row:
    """What a comment costs that somebody else leaves."""

    def leave(number: int) -> None:
        _row_is_there(page, demo.server.post(f"One more, {number}.", ask=False).json["comment"]["id"])

    costs = [cpu_of(page, tools, lambda number=number: leave(number)) for number in range(max(5, rounds))]
    return _row("a new comment, 1,000 shown: CPU", "ms", costs, 20)


def _ask(demo: Demo, delay: float) -> str:
    """Has somebody else ask; the answer comes in many pieces."""
    demo.model.script(default={"text": "word " * PIECES, "size": 5, "delay": delay})
    return str(demo.server.post("What is it?", ask=True).json["answer"]["id"])


def _pieces(demo: Demo, page: Page, tools: CDPSession) -> Row:
    """What a piece of an answer costs while it streams."""

    def stream() -> None:
        _row_is_there(page, _ask(demo, 0.01), "[part~=answer][data-state=done]")

    stream()
    costs = [cpu_of(page, tools, stream) / PIECES for _ in range(3)]
    return _row("a streamed piece, 1,000 comments shown: CPU", "ms", costs, 2)


def _permalink(page: Page, address: str) -> Row:
    """How often the thread is read until the oldest comment shows."""
    reads: list[str] = []
    page.on("request", lambda request: reads.append(request.url) if "/api/comments/" in request.url else None)
    page.goto(address)
    expect(page.locator("answerback-comments [data-target]")).to_be_in_viewport()
    return _row("reads of the thread until the 1,000th comment shows", "requests", [len(reads)], 2)


def _typing(demo: Demo, page: Page) -> Row:
    """The longest task while one types and an answer streams, with a CPU 4 times slower."""
    field(page).focus()
    page.keyboard.type("First words. ")
    page.wait_for_load_state("networkidle")
    page.evaluate(LONGEST)
    id = _ask(demo, 0.02)
    field(page).focus()
    page.keyboard.type("What one types meanwhile, word by word. ", delay=60)
    _row_is_there(page, id, "[part~=answer][data-state=done]")
    return _row("longest task while typing during a stream, CPU 4 times slower", "ms", [page.evaluate("longest")], 50)


def _answers(demo: Demo, page: Page, address: str) -> Row:
    """How long the page is blocked by answers that stream at once, beyond 50 ms each time."""
    page.goto(address)
    expect(page.locator("answerback-comments [part~=empty]")).to_be_visible()
    page.evaluate(LONGEST)
    demo.model.script(default={"text": "word " * 20, "size": 20, "gate": "all"})
    for number in range(ANSWERS):
        demo.server.post(f"Question {number}?", ask=True)
    demo.model.release("all")
    done = page.locator("answerback-comments [part~=answer][data-state=done]")
    expect(done).to_have_count(ANSWERS, timeout=120_000)
    return _row(f"{ANSWERS} answers at once: blocking", "ms", [page.evaluate("blocked")], 100)
