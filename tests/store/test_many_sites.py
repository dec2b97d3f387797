"""What owners of many sites read is what is newest on all of them, however many there are."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pytest
from answerback.accounts import audit_store
from answerback.accounts.audit_store import Decision
from answerback.admin import log_store
from answerback.admin.log_store import Filter
from answerback.admin.newest_store import FEW
from answerback.admin.pages import inbox_store
from answerback.admin.pages.inbox_store import Wanted
from answerback.db.database import Database
from answerback.db.work import Work, run
from answerback.sites.store import add_site

from tests.long_threads import NOW, comment, furnish

pytestmark = pytest.mark.anyio
SITES = [f"s{number}" for number in range(FEW + 20)]
LIMIT = 7


def much() -> Work[None]:
    """Two comments, a review and a decision on every other site, the newest of them on sites all over."""
    for number, site in enumerate(SITES):
        yield from add_site(site, {}, NOW)
        if number % 2:
            continue
        at = number * 17 % 23
        yield from furnish([comment(f"{site}-{each}", site=site, at=at + each) for each in (0, 5)])
        yield run(
            """INSERT INTO reviewables (id, site, kind, page, state, score, version, reasons, opened_at)
            VALUES (:id, :site, 'comment', '/a/', 'open', 0, 1, '[]', :at)""",
            id=f"{site}-0", site=site, at=NOW + at,
        )  # fmt: skip
        yield from audit_store.note(Decision(site, NOW + at, "o@example.com", "hidden", "comment", f"{site}-0"))


def some(sites: Sequence[str]) -> list[Sequence[str]]:
    """Those sites in parts that are each asked directly."""
    return [sites[start : start + FEW] for start in range(0, len(sites), FEW)]


async def test_newest_of_many_sites_are_the_newest_of_all(database: Database) -> None:
    await database.write(much)
    before = None
    for _ in range(4):
        wanted = Filter(before=before)
        each = [await database.read(partial(log_store.entries, few, wanted, LIMIT)) for few in some(SITES)]
        expected = sorted((entry for few in each for entry in few), key=lambda entry: entry.cursor, reverse=True)
        found = await database.read(partial(log_store.entries, SITES, wanted, LIMIT))
        assert [entry.id for entry in found] == [entry.id for entry in expected[:LIMIT]]
        assert len(found) == LIMIT
        before = found[-1].cursor


async def test_many_sites_without_any_entries_give_none(database: Database) -> None:
    await database.write(much)
    assert await database.read(lambda: log_store.entries(SITES[1::2] * 2, Filter(), LIMIT)) == []
    assert await database.read(lambda: log_store.entries(SITES, Filter(author="nobody"), LIMIT)) == []


async def test_totals_and_pages_are_those_of_all_sites(database: Database) -> None:
    await database.write(much)
    totals = await database.read(lambda: log_store.totals({NOW + 6: SITES}))
    started = [site for site in SITES[::2] if int(site[1:]) * 17 % 23 + 5 >= 6]
    late = [site for site in started if int(site[1:]) * 17 % 23 >= 6]
    assert totals.comments == len(started) + len(late)
    assert await database.read(lambda: log_store.pages(SITES)) == ["/a/"]


async def test_newest_reviews_of_many_sites_wait_first(database: Database) -> None:
    await database.write(much)
    found = await database.read(lambda: inbox_store.waiting(SITES, Wanted(), LIMIT))
    each = [await database.read(partial(inbox_store.waiting, few, Wanted(), LIMIT)) for few in some(SITES)]
    expected = sorted((review for few in each for review in few), key=lambda r: (r.opened_at, r.id), reverse=True)
    assert [review.id for review in found] == [review.id for review in expected[:LIMIT]]


async def test_newest_decisions_of_many_sites_come_first(database: Database) -> None:
    await database.write(much)
    found = await database.read(lambda: audit_store.entries(SITES, LIMIT))
    assert [entry.site for entry in found] == SITES[::2][::-1][:LIMIT]
    more = await database.read(lambda: audit_store.entries(SITES, LIMIT, found[-1].number))
    assert more[0].number == found[-1].number - 1
    assert await database.read(lambda: audit_store.entries(SITES[1::2] * 2, LIMIT)) == []
