"""The day's answers cannot be had twice by coming in again (threat 9), on both databases."""

from __future__ import annotations

from functools import partial

import pytest
from answerback.answers import quota
from answerback.core.model import Visitor
from answerback.db import Database
from answerback.sites.settings import read_site

pytestmark = pytest.mark.anyio
NOW = 1_790_000_000_000
SITE = read_site("demo", {"origins": "https://a.example", "address_daily_answers": "2"}, daily_answers=5)


async def ask(db: Database, number: int, address: str) -> str | None:
    """A guest who has just come in asks; the code of the refusal."""
    guest = Visitor(f"v{number}", "demo", "guest", "")
    refused = await db.write(partial(quota.reserve, f"a{number}", SITE, guest, address, NOW))
    return None if refused is None else refused["code"]


async def test_a_fresh_guest_is_no_fresh_quota(database: Database) -> None:
    assert [await ask(database, number, "one") for number in range(3)] == [None, None, "quota_exhausted"]
    assert await ask(database, 3, "other") is None
    left = await database.read(lambda: quota.view(SITE, None, "one", NOW))
    assert left["left"] == 0
    assert await ask(database, 4, "one") == "quota_exhausted"
    await database.write(partial(quota.refund, "a0"))
    assert await ask(database, 5, "one") is None, "what was not given is free for the next"
