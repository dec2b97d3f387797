"""The directory of sites: new sites and origins are there at once, changes within seconds."""

from __future__ import annotations

import asyncio

import pytest
from answerback.clock import SteppedClock
from answerback.db.database import Database
from answerback.errors import Forbidden, NotFound
from answerback.sites.store import FRESH_MS, SiteDirectory, add_site, change_site

pytestmark = pytest.mark.anyio
A, B = "https://a.example", "https://b.example"


@pytest.fixture
def clock() -> SteppedClock:
    return SteppedClock()


@pytest.fixture
async def sites(database: Database, clock: SteppedClock) -> SiteDirectory:
    directory = SiteDirectory(database, clock, 5)
    await directory.refresh(force=True)
    return directory


async def test_first_calls_of_a_new_site_all_find_it(database: Database, sites: SiteDirectory) -> None:
    for number in range(10):
        key, origin = f"site-{number}", f"https://{number}.example"
        with pytest.raises(NotFound):
            await sites.get(key)
        await database.write(lambda: add_site(key, {"origins": origin}, number))  # noqa: B023  awaited here
        found = await asyncio.gather(sites.get(key, origin), sites.has_origin(origin), sites.get(key), sites.get(key))
        assert found[0].key == found[2].key == found[3].key == key
        assert found[1]


async def test_new_origins_are_let_in_at_once(database: Database, sites: SiteDirectory, clock: SteppedClock) -> None:
    await database.write(lambda: add_site("demo", {"origins": A}, clock.now()))
    assert (await sites.get("demo", A)).origins == (A,)
    with pytest.raises(Forbidden):
        await sites.get("demo", B)
    clock.advance(seconds=0.001)
    await database.write(lambda: change_site("demo", {"origins": B}, clock.now()))
    assert all(await asyncio.gather(sites.has_origin(B), sites.has_origin(B)))
    assert (await sites.get("demo", B)).origins == (B,)
    with pytest.raises(Forbidden):
        await sites.get("demo", A)


async def test_all_who_come_at_once_see_a_change(database: Database, sites: SiteDirectory, clock: SteppedClock) -> None:
    await database.write(lambda: add_site("demo", {"origins": A}, clock.now()))
    await sites.get("demo")
    clock.advance(seconds=6)
    await database.write(lambda: change_site("demo", {"daily_answers": "3"}, clock.now()))
    found = await asyncio.gather(*(sites.get("demo") for _ in range(40)))
    assert [site.daily_answers for site in found] == 40 * [3]


async def test_changes_after_a_clock_went_back_are_seen(
    database: Database, sites: SiteDirectory, clock: SteppedClock
) -> None:
    for key in ("blog", "shop"):
        await database.write(lambda: add_site(key, {"origins": A}, clock.now()))  # noqa: B023  awaited here
    await sites.get("blog")
    an_hour_ago = clock.now() - 3_600_000
    await database.write(lambda: change_site("shop", {"name": "Harbour bakery"}, an_hour_ago))
    clock.advance(seconds=FRESH_MS / 1000)
    assert (await sites.get("shop")).name == "Harbour bakery"


async def test_jobs_find_sites_that_are_new(database: Database, sites: SiteDirectory) -> None:
    await sites.refresh()
    await database.write(lambda: add_site("new", {"origins": "https://new.example"}, 1))
    found = await sites.find("new")
    assert found is not None and found.key == "new"
    assert await sites.find("none") is None
