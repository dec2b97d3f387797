"""What of a page is its text: not what nobody can see, but what a click brings up."""

from __future__ import annotations

import pytest
from answerback.knowledge.extract.blocks import MOST_BLOCKS
from answerback.knowledge.extract.html import extract

UNSEEN = "Nobody sees this."


def read(html: str) -> str:
    return "\n".join(block.text for block in extract(html.encode(), "text/html; charset=utf-8").blocks)


@pytest.mark.parametrize(
    "attributes",
    [
        "hidden", "hidden=''", 'aria-hidden="true"',
        'style="display:none"', 'style="color:red; DISPLAY : NONE !important"', 'style="display:/* */none"',
        'style="visibility:hidden"', 'style="visibility: collapse"',
        'style="font-size:0"', 'style="font-size:0.0em"', 'style="font-size:1px"', 'style="font:0/0 a"',
        'style="text-indent:-9999px"', 'style="position:absolute;left:-9999px"', 'style="position:fixed;top:-100em"',
    ],
)  # fmt: skip
def test_hidden_text_is_left_out(attributes: str) -> None:
    for tag in ("p", "div", "section", "span"):
        html = f"<main><h1>Mill</h1><p>Open daily.</p><{tag} {attributes}>{UNSEEN}</{tag}><p>Rye bread.</p></main>"
        assert read(html) == "Open daily.\nRye bread."
    assert read(f"<p>Open daily.</p><div {attributes}><main>{UNSEEN}</main></div>") == "Open daily."
    assert read(f"<p>Open <b {attributes}>{UNSEEN}</b>daily.</p>") == "Open daily."
    assert read(f"<table><tr><td>Rye</td><td {attributes}>{UNSEEN}</td><td>4 euros</td></tr></table>") == "Rye\t4 euros"


@pytest.mark.parametrize(
    "html",
    [
        "<details><summary>Dogs?</summary><p>Welcome.</p></details>",
        "<button>Dogs?</button><div hidden>Welcome.</div>",
        "<h3><button aria-expanded=false>Dogs?</button></h3><div style='display:none'>Welcome.</div>",
        "<h3 onclick='show()'>Dogs?</h3><div style='display:none'>Welcome.</div>",
        "<dl><dt>Dogs?</dt><dd style='display:none'>Welcome.</dd></dl>",
        "<div role=tablist><a role=tab>Dogs?</a></div><p>Much else.</p><div role=tabpanel hidden>Welcome.</div>",
        "<a href='#dogs'>Dogs?</a><p>Much else.</p><div id=dogs style='display: none'>Welcome.</div>",
        "<h3 aria-controls='cats dogs'>Dogs?</h3><p>Much else.</p><div id=dogs aria-hidden=true>Welcome.</div>",
        "<h3 data-bs-target='#dogs'>Dogs?</h3><p>Much else.</p><div id=dogs hidden>Welcome.</div>",
        "<div hidden=until-found>Welcome.</div>",
        "<div style='opacity:0'>Welcome.</div>", "<div style='height:0;overflow:hidden'>Welcome.</div>",
        "<div style='left:-9999px'>Welcome.</div>", "<div style='font-size:.9em;text-indent:-1em'>Welcome.</div>",
        "<style>.closed{display:none}</style><div class=closed>Welcome.</div>",
    ],
)  # fmt: skip
def test_collapsible_text_is_kept(html: str) -> None:
    assert "Welcome." in read(f"<main><h1>Ship</h1>{html}</main>")


@pytest.mark.parametrize(
    "html",
    [
        "<body style='visibility:hidden'><p>Open daily.</p></body>",
        "<html hidden><p>Open daily.</p></html>",
        "<body><div id=app style='display:none'><main><p>Open daily.</p></main></div></body>",
    ],
)
def test_page_hidden_until_scripts_run_is_read(html: str) -> None:
    assert read(html) == "Open daily."


def test_owner_marked_parts_are_left_out() -> None:
    assert read("<main><p>Open daily.</p><p data-answerback-ignore>Draft.</p></main>") == "Open daily."
    assert read("<p>Open daily.</p><div data-answerback-ignore><article>Draft.</article></div>") == "Open daily."
    assert read("<div data-answerback-ignore hidden><main>Draft.</main></div>") == ""


def test_thousands_of_hidden_parts_are_fast() -> None:
    many = "<div><button>more</button></div><p hidden style='display:none'>x</p>" * 20_000
    assert read(f"<main>{many}<p>Open daily.</p></main>").count("\n") < MOST_BLOCKS


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<h1>Menu</h1><h2>Soup, 5 euros</h2><h2>Rye bread, 3 euros</h2>", "Soup, 5 euros\nRye bread, 3 euros"),
        ("<h1>Menu</h1>", "Menu"),
        ("<div><h3>Dogs? On a lead.</h3></div><div><h3>Parking? None.</h3></div>", "Dogs? On a lead.\nParking? None."),
        ("<h1>Menu</h1><h2>Drinks</h2><p>Tea.</p><h2>Closed on Mondays</h2>", "Tea.\nClosed on Mondays"),
        ("<h2>Soup</h2><h3></h3><h2>Bread</h2><p>Rye.</p>", "Soup\nRye."),
        ("<h1>Mill</h1><dl><div><dt>Open</dt><dd>9 to 5</dd></div></dl>", "Open\t9 to 5"),
        ("<table><caption>Hours</caption><tr><th>Mon</th><td>9 to 5</td></tr></table>", "Hours\nMon\t9 to 5"),
        ("<figure><img src=m.png alt=''><figcaption>Built in 1820.</figcaption></figure>", "Built in 1820."),
        ("<ul><li>Rye<ul><li>4 euros</li></ul></li><li><h3>Oat</h3>5 euros</li></ul>", "Rye\n4 euros\nOat 5 euros"),
        ("<fieldset><legend>Price</legend><label>5 euros</label></fieldset>", "Price\n5 euros"),
    ],
)
def test_text_without_paragraphs_is_read(html: str, text: str) -> None:
    assert read(f"<main>{html}</main>") == read(html) == text


def test_headings_are_text_only_when_alone() -> None:
    blocks = extract(
        b"<main><h1>Menu</h1><h2>Drinks</h2><h3>Tea</h3><h2>Food</h2><p>Soup.</p></main>", "text/html"
    ).blocks
    assert [(block.text, block.headings) for block in blocks] == [
        ("Tea", ("Menu", "Drinks")),
        ("Soup.", ("Menu", "Food")),
    ]
