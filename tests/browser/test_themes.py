"""The widget follows the ground that it stands on, as the themes of known generators switch it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Arrivals
from tests.browser.contrast import least
from tests.browser.demo import Demo, field
from tests.services import wait_until

# How each switches: the rules of its style sheet that matter here, and what its button does, to dark and back.
SWITCHES = {
    "docusaurus": (
        "[data-theme=dark] { --bg: #1b1b1d; color-scheme: dark } body { background: var(--bg, #fff) }", "data-theme"
    ),
    "mkdocs": ("body { background: #fff } [data-bs-theme=dark] body { background: #222 }", "data-bs-theme"),
    "starlight": (
        ":root[data-theme=dark] { --g: hsl(224 10% 10%) } body { background: var(--g, white) }", "data-theme"
    ),
    "pico": ("[data-theme=dark] { --pico: #13171f } body { background: var(--pico, #fff) }", "data-theme"),
    "bootstrap": (
        "[data-bs-theme=dark] { color-scheme: dark; --b: #212529 } body { background: var(--b, #fff) }", "data-bs-theme"
    ),
    "material": ("body { background: oklch(1 0 0) } body.slate { background: oklch(0.27 0.02 280) }", "body.slate"),
    "furo": ("body.night { --c: #131416 } .page { background: var(--c, #fff) }", "body.night"),
    "vitepress": (
        ".dark { --vp: color-mix(in oklab, #1b1b1f, black 2%) } body { background: var(--vp, #fff) }", "html.dark"
    ),
    "tailwind": (".page { background: white } .dark .page { background: lab(5.2 1 -5); color: white }", "html.dark"),
    "fading": (
        "body { background: #fff; transition: background-color 200ms } .dark body { background: #111 }", "html.dark"
    ),
    "gradient": (
        ".page { background: linear-gradient(#fff, #eee) } .dark .page { background: linear-gradient(#111, #222) }",
        "html.dark",
    ),
    "papermod": (":root { --theme: #fff } .dark { --theme: #1d1e20 } body { background: var(--theme) }", "body.dark"),
    "blowfish": (":root { --n: 255 255 255 } .dark { --n: 30 30 36 } body { background: rgb(var(--n)) }", "html.dark"),
    "a box alone": ("body { background: #fff } html:has(#dark:checked) body { background: #111 }", "#dark"),
    "canvas alone": (":root { color-scheme: light } :root.dark { color-scheme: dark }", "html.dark"),
    "just the docs": ("", "sheet"),
}  # fmt: skip


def switch(page: Page, how: str, *, dark: bool) -> None:
    if how == "sheet":  # Just the Docs has one for each colour, and puts the other one's address into the link
        page.evaluate(
            "ground => { document.querySelector('#sheet').href = `data:text/css,body { background: ${ground} }`; }",
            "%2327262b" if dark else "white",
        )
    elif how == "#dark":
        page.locator(how).set_checked(dark)
    elif how.startswith("data-"):
        value = "dark" if dark else "light"
        page.evaluate("([name, value]) => document.documentElement.setAttribute(name, value)", [how, value])
    else:
        where, _, name = how.partition(".")
        page.evaluate(
            "([where, name, dark]) => document.querySelector(where).classList.toggle(name, dark)", [where, name, dark]
        )


@pytest.mark.parametrize("system", ["light", "dark"])
def test_widget_follows_a_theme_that_switches(demo: Demo, arrive: Arrivals, system: str) -> None:
    body = f'<input id="dark" type="checkbox"><div class="page">{demo.tag}</div>'
    address = demo.with_page(body, head="<link id='sheet' rel='stylesheet'><style id='theme'></style>")
    page = arrive(address, color_scheme=system)
    field(page).wait_for()
    roots = page.locator("answerback-comments .root, answerback-ask .root")
    expect(roots).to_have_count(2)
    for name, (css, how) in SWITCHES.items():
        page.evaluate("css => { document.querySelector('#theme').textContent = css; }", css)
        for dark in (False, True, False):
            switch(page, how, dark=dark)
            for root in roots.all():
                expect(root, f"{name}, dark: {dark}").to_have_attribute("data-theme", "dark" if dark else "light")
                expect(root).not_to_have_attribute("data-panel")
            wait_until(lambda: least(page) >= (4.5, ""))  # buttons change their colour within 150 ms


def test_theme_that_was_asked_for_paints_its_own_ground(demo: Demo, arrive: Arrivals) -> None:
    body = f'<div class="page">{demo.tag.replace("async", "data-theme=light async")}</div>'
    page = arrive(demo.with_page(body, head="<style>body { background: #111 }</style>"))
    field(page).wait_for()
    for root in page.locator("answerback-comments .root, answerback-ask .root").all():
        expect(root).to_have_attribute("data-theme", "light")
        expect(root).to_have_attribute("data-panel")
    wait_until(lambda: least(page) >= (4.5, ""))
    page.evaluate("document.querySelector('answerback-comments').dataset.theme = 'dark'")
    expect(page.locator("answerback-comments .root")).to_have_attribute("data-theme", "dark")
    expect(page.locator("answerback-comments .root")).not_to_have_attribute("data-panel")
