"""Sites that the tools have built, in Firefox, which may know nothing of the Navigation API."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser.demo import Demo
from tests.browser.firefox import Firefox, Tab
from tests.browser.generators.sites import CHANGING, LOADED, put_up
from tests.services import wait_until

ONE_WIDGET = """['answerback-comments', 'answerback-ask'].every(name => document.querySelectorAll(name).length === 1)"""


@pytest.fixture(scope="module")
def firefox() -> Iterator[Firefox]:
    with Firefox.start() as running:
        yield running


def leave(tab: Tab, text: str) -> None:
    tab.wait_for("[part~=empty]")
    tab.fill("[part~=composer] textarea", text)
    tab.click("[part~=composer] [part~=submit]")
    tab.wait_for("article[data-state=published]", text)


def arrived(tab: Tab, name: str) -> None:
    tab.wait_for("h1:not(.app-name)", f"Page {name}")
    wait_until(lambda: tab.run(ONE_WIDGET))


@pytest.mark.parametrize("tool", CHANGING)
def test_each_page_has_its_own_thread_in_firefox(tool: str, demo: Demo, firefox: Firefox) -> None:
    if tool == "docsify":
        demo.server.change(hash_routes="true")
    tab = firefox.open(put_up(demo, tool))
    tab.run("(window.same = true)")
    arrived(tab, "one")
    leave(tab, "Said of page one.")
    tab.click("a[href*=two]" if tool in ("docsify", "docusaurus") else "main a[href*=two]")
    arrived(tab, "two")
    leave(tab, "Said of page two.")
    for way, name in (("back", "one"), ("forward", "two")):
        tab.run(f"(history.{way}(), null)")
        arrived(tab, name)
        tab.wait_for("article[data-state=published]", f"Said of page {name}.")
    assert tab.run("window.same"), "the page was loaded"
    firefox.close(tab)


@pytest.mark.parametrize("tool", LOADED)
def test_recipe_works_in_firefox(tool: str, demo: Demo, firefox: Firefox) -> None:
    tab = firefox.open(put_up(demo, tool))
    tab.wait_for("[part~=composer] textarea")
    wait_until(lambda: tab.run(ONE_WIDGET))
    firefox.close(tab)
