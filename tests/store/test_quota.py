"""The day's answers cannot be had twice by coming in again (threat 9), on both databases."""

from __future__ import annotations

import asyncio
from functools import partial

import pytest
from answerback.answers import quota
from answerback.core.model import Visitor
from answerback.db.database import Database
from answerback.net.addresses import address_key
from answerback.sites.settings import Site, read_site

pytestmark = pytest.mark.anyio
NOW = 1_790_000_000_000
SITE = read_site("demo", {"origins": "https://a.example", "address_daily_answers": "2"}, daily_answers=5)


async def ask(db: Database, number: int, address: str, page: str = "/p", site: Site = SITE) -> str | None:
    """A guest who has just come in asks; the code of the refusal."""
    guest = Visitor(f"v{number}", "demo", "guest", "")
    refused = await db.write(partial(quota.reserve, f"a{number}", site, guest, address, page, NOW))
    return None if refused is None else refused["code"]


async def test_new_guest_gets_no_new_quota(database: Database) -> None:
    assert [await ask(database, number, "one") for number in range(3)] == [None, None, "quota_exhausted"]
    assert await ask(database, 3, "other") is None
    left = await database.read(lambda: quota.view(SITE, None, "one", "/p", NOW))
    assert left["left"] == 0
    assert await ask(database, 4, "one") == "quota_exhausted"
    await database.write(partial(quota.refund, "a0"))
    assert await ask(database, 5, "one") is None, "what was not given is free for the next"


async def test_refused_answer_is_not_counted(database: Database) -> None:
    for number in range(2):
        assert await ask(database, number, "one") is None
    assert await ask(database, 2, "one") == "quota_exhausted"
    third = Visitor("v2", "demo", "guest", "")
    here = await database.read(lambda: quota.view(SITE, third, "one", "/p", NOW))
    elsewhere = await database.read(lambda: quota.view(SITE, third, "other", "/p", NOW))
    assert (here["used"], here["left"]) == (0, 0)
    assert (elsewhere["used"], elsewhere["left"]) == (0, 2)


async def test_new_network_gets_no_new_quota(database: Database) -> None:
    """An IPv6 /48 has 65,536 /64, each of which has its own two."""
    keys = [address_key(f"2001:db8:1:{number:x}::1", "2026-11-23", "secret") for number in range(10)]
    asked = [await ask(database, number, keys[number // 2]) for number in range(18)]
    assert asked == [None] * 16 + ["quota_exhausted"] * 2
    assert (await database.read(lambda: quota.view(SITE, None, keys[9], "/p", NOW)))["left"] == 0
    elsewhere = address_key("2001:db8:2::1", "2026-11-23", "secret")
    assert (await database.read(lambda: quota.view(SITE, None, elsewhere, "/p", NOW)))["left"] == 2
    assert await ask(database, 18, elsewhere) is None
    await database.write(partial(quota.refund, "a0"))
    assert await ask(database, 19, keys[9]) is None


async def test_page_cannot_use_up_the_sites_quota(database: Database) -> None:
    texts = {"origins": "https://a.example", "address_daily_answers": "unlimited", "budget_answers": "5"}
    site = read_site("demo", texts | {"page_daily_answers": "3"}, daily_answers=1)
    busy = await asyncio.gather(*(ask(database, number, f"x{number}", "/busy", site) for number in range(20)))
    assert sorted(code or "" for code in busy) == [""] * 3 + ["budget_exhausted"] * 17
    for page, left in (("/busy", 0), ("/quiet", 1), ("", 1)):
        view = await database.read(lambda page=page: quota.view(site, None, "y", page, NOW))
        assert view["left"] == left
    assert not await database.write(lambda: quota.reserve_for_site("r0", site, "/busy", NOW)), "nor is it renewed"
    assert await database.write(lambda: quota.reserve_for_site("r1", site, "/quiet", NOW))
    assert await ask(database, 20, "y", "/quiet", site) is None
    assert await ask(database, 21, "z", "/quiet", site) == "budget_exhausted", "the site has had its five"
    await database.write(partial(quota.refund, f"a{busy.index(None)}"))
    assert await ask(database, 22, "z", "/busy", site) is None, "what was not given is free again, of page and site"
