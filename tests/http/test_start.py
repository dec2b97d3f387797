"""The first minutes of a site, as its owner's page tells of them, without any script."""

from __future__ import annotations

from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path

import pytest
from answerback.sites.sightings_store import seen

from tests.http.test_admin import House, open_house

pytestmark = pytest.mark.anyio
START = "/admin/start/?site=one"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as opened:
        await opened.sign_in()
        yield opened


async def ping(house: House, origin: str = "https://one.example", page: str = "/new.html") -> int:
    """What the tag of a page asks for first."""
    response = await house.browser.get(f"/api/comments/?site=one&page={page}", headers={"Origin": origin})
    return response.status_code


async def start(house: House, more: str = "") -> str:
    return unescape((await house.browser.get(START + more)).text)


async def test_first_page_is_seen_and_kept(house: House) -> None:
    page = await start(house)
    assert "waiting" in page and 'data-site="one"' in page and "data-poll" in page and "/ask/" not in page
    assert await ping(house) == 200
    assert await ping(house, page="/other.html") == 200
    page = await start(house)
    assert "https://one.example/new.html" in page and "data-poll" not in page and "/admin/start/one/ask/" in page


async def test_only_the_sites_own_pages_are_seen(house: House) -> None:
    assert await ping(house, "https://evil.example") == 403
    assert (await house.browser.get("/api/comments/?site=one&page=/x/")).status_code == 200  # no page, but a program
    assert await house.db.read(lambda: seen("one")) is None
    page = await start(house)
    assert "https://evil.example has asked" in page and "/admin/addresses/?site=one" in page


async def test_question_is_asked_as_a_visitors_comment(house: House) -> None:
    await ping(house)
    token = {"token": await house.token()}
    empty = await house.send("/admin/start/one/ask/", token | {"question": " "})
    assert empty.status_code == 400 and 'id="question-error"' in empty.text
    asked = await house.send("/admin/start/one/ask/", token | {"question": "Is it open?"})
    assert asked.status_code == 303
    page = unescape((await house.browser.get(asked.headers["location"])).text)
    assert "Is it open?" in page and "No answer will come" in page  # this server has no provider
    [row] = await house.db.fetch_all("SELECT page, author_kind, state FROM comments WHERE body = 'Is it open?'")
    assert tuple(row.values()) == ("/new.html", "guest", "published")


async def test_nothing_is_asked_before_a_page_is_seen_or_elsewhere(house: House) -> None:
    token = {"token": await house.token()}
    assert (await house.send("/admin/start/one/ask/", token | {"question": "Is it open?"})).status_code == 404
    assert (await house.send("/admin/start/two/ask/", token | {"question": "Is it open?"})).status_code == 404
    assert (await house.browser.get("/admin/start/?site=two")).status_code == 404
