"""Pages of our own as people use them: on a phone, in the dark, by keyboard, with mistakes; and as axe sees them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, StorageState, ViewportSize, expect

from tests.browser.conftest import Arrivals
from tests.browser.demo import Demo
from tests.browser.signing import register
from tests.services import wait_until

AXE = (Path(__file__).parents[2] / "widget/node_modules/axe-core/axe.min.js").read_text("utf-8")
NARROW, WIDE = ViewportSize(width=360, height=740), ViewportSize(width=1120, height=900)
TOKENS = ("accent", "on-accent", "text", "muted", "line", "field", "danger", "good")
CODE = "```\n" + "a line of code that is wider than a telephone " * 3 + "\n```"


@dataclass
class Furnished:
    """A site with all that our pages show, and a browser's state of whoever is owner and member at once."""

    demo: Demo
    ids: dict[str, str]
    state: StorageState

    @property
    def url(self) -> str:
        return self.demo.server.url

    def addresses(self) -> dict[str, str]:
        """Every page that is read when signed in."""
        server, ids = self.demo.server, self.ids
        paths = {
            "inbox": "/admin/inbox/", "replies": "/admin/replies/",
            "log": "/admin/", "log_filtered": "/admin/?q=nowhere&site=demo", "unanswered": "/admin/unanswered/",
            "knowledge": "/admin/knowledge/?site=demo", "comment": f"/admin/comments/{ids['comment']}/",
            "answer": f"/admin/comments/{ids['answer']}/", "person": f"/admin/visitors/{ids['visitor']}/",
            "nowhere": "/admin/visitors/nobody/", "account": "/account/?site=demo",
            "settings": "/admin/settings/?site=demo", "new_site": "/admin/settings/new/",
            "thread": f"/t/?site=demo&page={ids['page']}",
        }  # fmt: skip
        return {name: server.url + path for name, path in paths.items()}


@pytest.fixture(scope="module")
def furnished(standing: Demo, browser: Browser) -> Iterator[Furnished]:
    server = standing.server
    server.command("site", "add", "second", "--origin", "https://second.example")
    server.page = "/bread.html"
    server.begin()
    first = server.post("How long does the rye *sourdough* rest?", name="Mina").json
    server.settled(first["answer"]["id"])
    server.post(f"Look:\n\n{CODE}\n\n> quoted\n\nhttps://example.com/{'long' * 40}", name="T" * 50, ask=False)
    for thing in ("captain of the ferry", "weight of the anchor"):
        standing.model.script({"text": "This page does not say."})
        server.settled(server.post(f"What is the {thing} called in the old tongue?").json["answer"]["id"])
    server.command("site", "crawl", "demo")
    context = browser.new_context()
    page = context.new_page()
    page.goto(server.command("owner", "add", "owner@example.com").stdout.strip())
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Log").wait_for()
    visitor = page.locator("[rel=author]").first.get_attribute("href")
    page.goto(f"{server.url}/account/?site=demo")
    page.get_by_role("link", name="Sign in").click()
    register(page, "Mina", "mina@example.com")
    page.get_by_role("heading", name="Your account").wait_for()
    assert visitor
    ids = {
        "comment": first["comment"]["id"], "answer": first["answer"]["id"], "visitor": visitor.split("/")[-2],
        "page": server.page,
    }  # fmt: skip
    yield Furnished(standing, ids, context.storage_state())
    context.close()


def faults(page: Page) -> list[Any]:
    """What axe finds on a wide screen in the light, or on a phone in the dark; and whether the phone is too narrow."""
    page.set_viewport_size(NARROW)
    width = page.evaluate("document.documentElement.scrollWidth")
    if page.evaluate("matchMedia('(prefers-color-scheme: light)').matches"):
        page.set_viewport_size(WIDE)
    page.evaluate(AXE)
    rules = page.evaluate("axe.run()")["violations"]
    found = [(rule["id"], [(node["target"], node["failureSummary"]) for node in rule["nodes"]]) for rule in rules]
    return [*found, f"{width} wide"] if width > NARROW["width"] else found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_those_signed_in_pass_axe_and_fit_a_phone(furnished: Furnished, arrive: Arrivals, scheme: Any) -> None:
    arrive.expect("404")
    page = arrive(furnished.url + "/admin/", color_scheme=scheme, storage_state=furnished.state)
    for name, address in furnished.addresses().items():
        page.goto(address)
        assert faults(page) == [], name


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_sign_in_pages_pass_axe_and_fit_a_phone(furnished: Furnished, arrive: Arrivals, scheme: Any) -> None:
    arrive.expect("40[13]")
    page = arrive(f"{furnished.url}/account/?site=demo", color_scheme=scheme)
    assert faults(page) == []
    page.get_by_role("link", name="Sign in").click()
    sign_in = page.url
    page.locator("#email").fill("mina@example.com")
    page.locator("#password").fill("not it at all")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert faults(page) == []
    for path in ("", "register/", "reset/"):
        page.goto(sign_in + path)
        assert faults(page) == [], path
    page.goto(f"{furnished.url}/admin/sign-in/")
    page.locator("#email").fill("owner@example.com")
    page.locator("#password").fill("not it at all")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert faults(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_widget_and_pages_have_the_same_colours(furnished: Furnished, arrive: Arrivals, scheme: Any) -> None:
    paint = """(place, names) => names.map(name => {
        const spot = place.appendChild(document.createElement("i"));
        spot.style.color = `var(--${name})`;
        const colour = getComputedStyle(spot).color;
        spot.remove();
        return colour;
    })"""
    names = list(TOKENS)
    owner = arrive(furnished.url + "/admin/", color_scheme=scheme, storage_state=furnished.state, bypass_csp=True)
    visitor = arrive(f"{furnished.demo.server.site.origin}/bread.html?{scheme}", color_scheme=scheme)
    root = visitor.locator("answerback-comments .root")
    root.wait_for()
    colours = owner.locator("main").evaluate(paint, names)
    assert len(set(colours)) > 5
    assert root.evaluate(paint, names) == colours


def test_a_refused_correction_keeps_what_was_typed(furnished: Furnished, arrive: Arrivals) -> None:
    arrive.expect("400")
    page = arrive(furnished.addresses()["answer"], storage_state=furnished.state)
    body, note = page.get_by_label("The answer, in markdown"), page.get_by_label("Why, for readers")
    body.fill("   ")
    note.fill("The page was wrong")
    page.get_by_label("Keep the quotes below it").uncheck()
    page.get_by_role("button", name="Publish the correction").click()
    expect(body).to_have_attribute("aria-invalid", "true")
    expect(body).to_have_accessible_description(re.compile("^An answer must "))
    expect(body).to_be_focused()
    expect(note).to_have_value("The page was wrong")
    if page.get_by_label("Keep the quotes below it").count():
        expect(page.get_by_label("Keep the quotes below it")).not_to_be_checked()
    body.fill("Eighteen hours.")
    page.get_by_role("button", name="Publish the correction").click()
    expect(page.get_by_text("verified by the owner")).to_be_visible()


def test_several_questions_are_dismissed_at_once(furnished: Furnished, arrive: Arrivals) -> None:
    page = arrive(f"{furnished.url}/admin/unanswered/?site=demo", storage_state=furnished.state)
    boxes = page.get_by_role("checkbox", name="Select")
    assert boxes.count() >= 2
    dismiss = page.get_by_role("button", name="Dismiss selected")
    expect(dismiss).to_be_hidden()
    for box in boxes.all():
        box.check()
    dismiss.click()
    expect(page.get_by_text("No unanswered questions.", exact=False)).to_be_visible()
    assert page.url == f"{furnished.url}/admin/unanswered/?site=demo"


def test_filters_stand_in_the_address(furnished: Furnished, arrive: Arrivals) -> None:
    page = arrive(furnished.url + "/admin/", storage_state=furnished.state)
    page.get_by_label("Search the text").fill("sourdough")
    page.get_by_label("State").select_option("published")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("article")).to_have_count(1)
    assert "q=sourdough" in page.url and "state=published" in page.url
    page.reload()
    expect(page.get_by_label("Search the text")).to_have_value("sourdough")
    expect(page.get_by_label("State")).to_have_value("published")
    page.get_by_role("link", name="Clear").click()
    expect(page.get_by_label("Search the text")).to_have_value("")


def test_the_first_tab_leads_past_the_navigation(furnished: Furnished, arrive: Arrivals) -> None:
    page = arrive(furnished.url + "/admin/", storage_state=furnished.state)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    wait_until(lambda: page.evaluate("document.activeElement.id") == "content")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Search the text")).to_be_focused()
