"""Three brands restyle the widget with its properties and parts: what is computed follows, and nothing is left out."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Arrivals
from tests.browser.demo import Demo, answer_in, field, leave

BRANDS = {
    "square": "--answerback-radius: 0; --answerback-accent: #b00020; --answerback-on-accent: #ffffff",
    "round": "--answerback-radius: 20px; --answerback-accent: #0a7d4f; --answerback-font-size: 18px",
    "serif": "--answerback-radius: 4px; --answerback-font: Georgia, serif; --answerback-line: #112233",
}
ROUND_BY_NATURE = ".avatar, .dots, .bone:first-child"
LOOKS = f"""(all) => all.flatMap((host) => [...host.shadowRoot.querySelectorAll('.root, .root *')]
    .filter((one) => one.getClientRects().length && !one.closest('svg') && !one.matches('{ROUND_BY_NATURE}'))
    .map((one) => {{ const its = getComputedStyle(one); return {{
        name: one.className || one.localName, radius: parseFloat(its.borderTopLeftRadius),
        end: parseFloat(its.borderEndEndRadius), font: its.fontFamily, size: parseFloat(its.fontSize),
        ground: its.backgroundColor, text: its.color, shown: one.localName === 'button' && its.opacity > 0 }} }}))"""


@pytest.fixture
def thread(demo: Demo, arrive: Arrivals) -> Page:
    """Comments, an answer with its sources, a form that is open, and a comment under way."""
    page = arrive(demo.at("bread.html"))
    demo.model.script({})
    leave(page, "When was the oven built?")
    expect(answer_in(page, "done").locator("[part~=source]").first).to_be_visible()
    page.get_by_role("button", name="Reply").first.click()
    field(page).fill("`code` and\n\n> a quote")
    page.locator("answerback-composer [part~=preview]").first.click()
    return page


def looks(page: Page, brand: str) -> list[dict[str, object]]:
    page.add_style_tag(content=f"answerback-comments, answerback-ask {{ {BRANDS[brand]} }}")
    found: list[dict[str, object]] = page.locator("answerback-comments, answerback-ask").evaluate_all(LOOKS)
    assert len(found) > 40
    return found


def test_properties_and_parts_reach_all_that_is_shown(thread: Page) -> None:
    square = looks(thread, "square")
    assert [one["name"] for one in square if one["radius"] or one["end"]] == []
    assert "rgb(176, 0, 32)" in {one["ground"] for one in square} | {one["text"] for one in square}

    rounded = looks(thread, "round")
    radii = {one["radius"] for one in rounded}
    assert radii <= {0, 16, 20, 28, 200}, radii
    assert "rgb(10, 125, 79)" in {one["text"] for one in rounded}
    assert all(float(str(one["size"])) >= 13 for one in rounded)

    serif = looks(thread, "serif")
    assert {one["font"] for one in serif if "mono" not in str(one["font"])} == {"Georgia, serif"}
    assert {one["radius"] for one in serif} <= {0, 3.2, 4, 5.6, 40}

    thread.add_style_tag(content="answerback-comments::part(reply), answerback-comments::part(preview) { color: red }")
    red = "rgb(255, 0, 0)"
    expect(thread.locator("[part~=reply]").first).to_have_css("color", red)
    expect(thread.locator("[part~=preview]").first).to_have_css("color", red)
    expect(thread.locator("[part~=edit]").first).not_to_have_css("color", red)
    bare = (
        "(all) => all.filter((one) => one.part.length === 1 && one.part.contains('button')).map((one) => one.innerText)"
    )
    assert thread.locator("answerback-comments article [part~=actions] button").evaluate_all(bare) == []
