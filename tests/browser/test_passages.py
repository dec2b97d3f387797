"""A click on a quote leads to its passage, however the page writes it, and opens what it stands in."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Arrivals
from tests.browser.demo import Demo, answer_in, ask

BOX = "answerback-ask"
ACCORDION = """<button aria-expanded="false" aria-controls="answer" onclick="document.getElementById('answer').hidden =
    !document.getElementById('answer').hidden">May I take photographs?</button><div id="answer" hidden><p>Photographs
    are allowed without a flash.</p></div>"""
TABLE = """<table><thead><tr><th>Day</th><th>Departs</th><th>Pier</th></tr></thead><tbody><tr>
    <td rowspan=2>Saturday</td><td>08:30</td><td>North</td></tr><tr><td>16:15</td><td>South</td></tr></tbody></table>"""
SHOP = """<p>A poster of the harbour costs €7<sup>50</sup> in the shop<sup><a href='#n'>1</a></sup>, <s>€9</s> framed
    €12.</p>"""
LAKE = "<p>The lake holds 10<sup>9</sup> litres.</p>"


def clicked(demo: Demo, arrive: Arrivals, body: str, question: str, answer: str) -> tuple[Page, str]:
    """The page with a quote clicked on, and what is marked on it."""
    demo.model.script({"text": f"{answer} [1]"})
    page = arrive(demo.with_page(f"<main><h1>Harbour</h1>{body}</main>{demo.tag}"))
    ask(page, question)
    expect(answer_in(page, "done", BOX)).to_be_visible()
    page.locator(f"{BOX} [part~=source]").first.click()
    expect(page.get_by_text("Highlighted on the page.")).to_be_visible()
    marked = page.evaluate("[...CSS.highlights.get('answerback-source')].map(range => range.toString()).join()")
    return page, " ".join(str(marked).split())


@pytest.mark.parametrize(
    ("body", "question", "answer", "begins", "ends"),
    [
        (TABLE, "When from the South pier?", "On Saturday it departs at 16:15 from South", "Saturday", "South"),
        (SHOP, "What is a poster?", "A poster of the harbour costs €7.50 in the shop", "A poster", "€12."),
        (LAKE, "How much is in the lake?", "The lake holds 10⁹ litres", "The", "109 litres."),
    ],
)
def test_quote_leads_to_its_passage(
    demo: Demo, arrive: Arrivals, body: str, question: str, answer: str, begins: str, ends: str
) -> None:
    _, marked = clicked(demo, arrive, body, question, answer)
    assert marked.startswith(begins) and marked.endswith(ends)


def test_quote_opens_the_accordion_it_stands_in(demo: Demo, arrive: Arrivals) -> None:
    answer = "Photographs are allowed without a flash"
    page, marked = clicked(demo, arrive, ACCORDION, "May I take photographs?", answer)
    assert "without a flash" in marked
    expect(page.get_by_text("Photographs are allowed without a flash.").first).to_be_visible()
