"""The widget in any place of any page, in Chromium and in a Firefox that blocks all cookies and storage."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Arrivals
from tests.browser.demo import Demo, field, leave
from tests.browser.firefox import Firefox
from tests.services import wait_until

PLACES = {
    "flex row": "display: flex",
    "flex row beside a menu": "display: flex; gap: 20px",
    "centred column": "display: flex; flex-direction: column; align-items: center",
    "centred grid": "display: grid; justify-items: center",
    "inline block": "display: inline-block",
    "fit content": "width: fit-content",
    "float": "float: left",
    "absolute": "position: absolute",
    "table cell": "display: table-cell",
    "vertical writing": "writing-mode: vertical-rl",
    "large type": "font-size: 32px; display: grid; justify-items: start",
}
PROTOTYPE = """
Array.prototype.toJSON = function () { return '[' + this.map(value => JSON.stringify(value)).join(', ') + ']'; };
String.prototype.toJSON = function () { return JSON.stringify('' + this); };
Array.prototype.entries = Array.prototype.toArray = function () { return [].concat(this); };
Array.prototype.reduce = function () { return this.length > 1 ? this : this[0]; };
Array.from = function (things) { return [].slice.call(things); };
"""
NAMES = """
:root { --size: 999px; --lines: 1; --hue: 300; --accent: red; --text: red; --field: red; --radius: 99px; --edge: red }
:not(:defined) { display: none }
"""
MEASURE = """() => Object.fromEntries([...document.querySelectorAll('answerback-comments')].map(host => {
  const root = host.shadowRoot?.querySelector('.root'), area = root?.querySelector('textarea');
  const { width, height } = root ? root.getBoundingClientRect() : { width: 0, height: 0 };
  return [host.parentElement.id, area ? [width, height, getComputedStyle(area).fontSize] : null];
}))"""


def places(demo: Demo) -> str:
    """A page with a thread in each place."""
    around = "overflow: auto; position: relative; max-width: 600px; height: 400px"
    parts = [
        f'<div style="{around}"><div id="{name}" style="{css}">'
        f'<answerback-comments data-site="demo" data-page="/places/{number}"></answerback-comments></div></div>'
        for number, (name, css) in enumerate(PLACES.items())
    ]
    return demo.with_page(
        "".join(parts) + demo.tag.replace("async", 'data-mode="none" async'), f"<style>{NAMES}</style>"
    )


def check(found: dict[str, tuple[int, int, str] | None]) -> bool:
    """Whether each is there, wide enough to be read, and no wider than its place; with type as large as around it."""
    return len(found) == len(PLACES) and all(
        size is not None
        and 400 <= size[0] <= (760 if "vertical" in name else 600)  # lines across the page's go by the window
        and size[1] > 100
        and size[2] == ("32px" if "large" in name else "16px")
        for name, size in found.items()
    )


@pytest.fixture(scope="module")
def firefox() -> Iterator[Firefox]:
    with Firefox.start(**{"network.cookie.cookieBehavior": 2}) as running:
        yield running


def test_it_is_readable_in_any_parent(demo: Demo, arrive: Arrivals) -> None:
    page = arrive(places(demo), viewport={"width": 1000, "height": 900})
    wait_until(lambda: check(page.evaluate(MEASURE)), 20)
    page.set_viewport_size({"width": 360, "height": 900})
    page.evaluate("document.body.style.margin = 0")
    wide = "document.documentElement.scrollWidth <= innerWidth"
    wait_until(lambda: page.evaluate(wide))


def test_it_is_readable_in_any_parent_in_firefox(demo: Demo, firefox: Firefox) -> None:
    tab = firefox.open(places(demo))
    wait_until(lambda: check(tab.run(f"({MEASURE})()")))


def test_names_of_the_page_do_not_reach_it(demo: Demo, arrive: Arrivals) -> None:
    body = '<p id="Answerback">Answerback is a word here.</p><answerback-comments></answerback-comments>'
    page = arrive(demo.with_page(body + demo.tag, f"<style>{NAMES}</style><script>{PROTOTYPE}</script>"))
    leave(page, "Written beside Prototype.js.")
    row = page.locator("answerback-comments article", has_text="Written beside Prototype.js.")
    expect(row.locator("[part~=actions]")).to_be_visible()
    expect(row.locator("[part~=avatar]")).to_have_css("width", "32px")
    wait_until(lambda: demo.server.thread()["total"] == 1)
    assert demo.server.thread()["comments"][0]["body"] == "Written beside Prototype.js."
    page.reload()
    expect(row).to_be_visible()
    expect(field(page)).not_to_have_css("border-color", "rgb(255, 0, 0)")


def test_firefox_without_any_cookies_shows_the_thread_and_posts(demo: Demo, firefox: Firefox) -> None:
    address = demo.at("bread.html")
    demo.server.begin()
    assert demo.server.post("Somebody else was here.").status == 201
    tab = firefox.open(address)
    tab.wait_for("answerback-comments [part~=body], [part~=body]", "Somebody else was here.")
    tab.fill("[part~=composer] textarea", "Without a cookie.")
    tab.click("[part~=composer] [part~=submit]")
    tab.wait_for("[data-target] [part~=body]", "Without a cookie.")
    wait_until(lambda: demo.server.thread()["total"] == 2)
    # The new comment has the focus, and that was said.
    inner = "document.querySelector('answerback-comments').shadowRoot"
    assert tab.run(f"{inner}.activeElement.dataset.state") in ("sending", "published")
    wait_until(
        lambda: json.dumps(tab.run(f"{inner}.querySelector('[role=status].unseen').textContent")).count("posted")
    )
