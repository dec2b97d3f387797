"""What stands on many pages of a site is the frame of it: one page stands for it, and the others say it no more."""

from __future__ import annotations

import pytest
from answerback.core.grounding.passages import Block, own_words
from answerback.knowledge.crawl.repeats import Repeats, marked_as
from answerback.knowledge.store import page_text

from .conftest import Reading
from .serving import page

pytestmark = pytest.mark.anyio
BOX = "Book the harbour cruise now and get a free coffee on board."
NAMES = ("/", "/mill", "/bell", "/ferry", "/tower")
WORDS = {name: f"What is said of {name} is said nowhere else at all." for name in NAMES}


def site(*, box: str = BOX) -> dict[str, str]:
    return {name: page(name, WORDS[name], box, links=NAMES) for name in NAMES}


async def own(reading: Reading, name: str) -> list[str]:
    kept = await page_text(reading.db, "demo", reading.web.origin + name)
    assert kept is not None
    return [block.text for block in own_words(kept.blocks)]


async def test_what_many_pages_say_is_found_on_one(reading: Reading) -> None:
    reading.web.pages |= site()
    await reading.crawl()
    found = await reading.index.search("demo", "free coffee on the harbour cruise")
    assert [passage.url for passage in found if BOX in passage.text] == [f"{reading.web.origin}/"]
    assert await own(reading, "/bell") == [WORDS["/bell"]]
    assert await own(reading, "/") == [WORDS["/"], BOX]
    assert (await reading.statuses())["/bell"] == "ok"


async def test_repeats_stay_known_on_a_page_that_changes(reading: Reading) -> None:
    reading.web.pages |= site()
    await reading.crawl()
    reading.web.pages["/bell"] = page("/bell", "It has been cast anew.", BOX, links=NAMES)
    await reading.crawl(limit=1_000)
    assert await own(reading, "/bell") == ["It has been cast anew."]
    assert [text for text in await reading.found("free coffee") if BOX in text] == [f"{WORDS['/']}\n{BOX}"]


async def test_what_is_no_more_on_many_pages_is_each_ones_own(reading: Reading) -> None:
    reading.web.pages |= site()
    await reading.crawl()
    reading.web.pages |= {name: page(name, WORDS[name], links=NAMES) for name in ("/", "/mill", "/ferry", "/tower")}
    await reading.crawl()
    assert await own(reading, "/bell") == [WORDS["/bell"], BOX]
    assert [text for text in await reading.found("free coffee") if BOX in text] == [f"{WORDS['/bell']}\n{BOX}"]


def test_rows_of_products_are_no_frame() -> None:
    pages = {f"/{n}": (Block("Material\tsteel"), Block("In stock"), Block(f"Lamp {n}")) for n in range(5)}
    repeats = Repeats(pages.values())
    for url, blocks in pages.items():
        repeats.add(url, blocks)
    assert [block.repeated for block in repeats.marked("/3", pages["/3"])] == [False, True, False]
    assert [block.repeated for block in repeats.marked("/0", pages["/0"])] == [False, False, False]


def test_page_that_says_nothing_else_keeps_its_words() -> None:
    assert own_words([Block("In stock", (), True)]) == [Block("In stock", (), True)]
    assert marked_as([Block("In stock"), Block("New")], [Block("In stock", (), True)]) == (
        Block("In stock", (), True),
        Block("New"),
    )
