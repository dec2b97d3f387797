"""A thread that stands in the page's own HTML: read before any script, taken over without being fetched again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Request, expect

from tests.browser.conftest import Arrivals
from tests.browser.demo import Demo, leave
from tests.browser.firefox import Firefox

SAID = "It smells of bread."


@pytest.fixture(scope="module")
def firefox() -> Iterator[Firefox]:
    with Firefox.start() as running:
        yield running


def built(demo: Demo) -> str:
    """The address of a page that was built with its thread in it."""
    at = demo.with_page("")
    demo.server.begin()
    demo.server.post(SAID, name="Mina", ask=False)
    piece = demo.server.call("GET", f"/embed/thread.html?site=demo&page={demo.server.page}").body.decode()
    page = demo.folder / at.rpartition("/")[2]
    tag = demo.tag.replace(" async", ' data-mode="none" async')
    page.write_text(page.read_text("utf-8").replace("<body>", f"<body>{piece}{tag}"), "utf-8")
    return at


def test_embedded_thread_is_read_without_scripts(demo: Demo, arrive: Arrivals) -> None:
    page = arrive(built(demo), java_script_enabled=False)
    expect(page.get_by_text(SAID)).to_be_visible()
    expect(page.get_by_role("heading", name="1 comment")).to_be_visible()
    # In the style of the widget, which stands in a sheet of our own.
    expect(page.locator("answerback-comments .author")).to_have_css("font-weight", "600")


def test_widget_takes_an_embedded_thread_over(demo: Demo, arrive: Arrivals) -> None:
    at = built(demo)
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    page = arrive("about:blank")
    page.on("request", note)
    page.goto(at)
    leave(page, "And of flour.")
    expect(page.get_by_text("And of flour.")).to_be_visible()
    expect(page.locator("answerback-comments [part~=comment]")).to_have_count(2)
    expect(page.locator("answerback-comments [part~=root]")).to_have_count(1)
    assert [url for url in asked if "/api/comments/?" in url and "page=" in url] == []
    demo.server.begin()
    demo.server.post("Said elsewhere.", ask=False)
    expect(page.get_by_text("Said elsewhere.")).to_be_visible()


def test_embedded_thread_works_in_firefox(demo: Demo, firefox: Firefox) -> None:
    tab = firefox.open(built(demo))
    tab.wait_for("article[part~=comment]", SAID)
    tab.fill("[part~=composer] textarea", "And of flour.")
    tab.click("[part~=composer] [part~=submit]")
    tab.wait_for("[part~=list]", "And of flour.")
    tab.wait_for("[part~=heading]", "2 comments")
