"""The log is searched by words in any language, by combined filters and saved views; on both databases alike."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
from answerback.admin import log_store
from answerback.admin.log_index import LogIndex
from answerback.admin.log_store import Filter
from answerback.clock import SteppedClock
from answerback.comments.store import keep_thread
from answerback.db.database import Database
from answerback.db.work import Work, run
from answerback.sites.store import add_site

from tests.http.test_admin import House, open_house
from tests.services import runtime

pytestmark = pytest.mark.anyio
NOW = 1_790_000_000_000
END = 2**63 - 1


def comment(number: int, body: str, *, site: str = "one", state: str = "published", page: str = "/a/") -> Work[None]:
    yield from keep_thread(site, page, "", "", NOW)
    yield run(
        """INSERT INTO comments (id, site, page, root_id, depth, author_kind, author_name, body, html, state,
            created_at)
        VALUES (:id, :site, :page, :id, 0, 'guest', '', :body, :body, :state, :at)""",
        id=f"{site}{number}", site=site, page=page, body=body, state=state, at=NOW + number,
    )  # fmt: skip


class Index:
    """The index of a database, asked for ids."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.index = LogIndex(runtime(database, SteppedClock(NOW)))

    async def add(self, number: int, body: str, **more: str) -> None:
        await self.database.write(partial(comment, number, body, **more))

    async def find(self, text: str, *sites: str, before: int = END, most: int = 50) -> list[str]:
        while await self.index.catch_up():
            pass
        hits = await self.index.search(list(sites or ["one"]), text, before, most)
        return [hit.entry_id for hit in hits]


@pytest.fixture
async def index(database: Database) -> Index:
    def sites() -> Work[None]:
        for site in ("one", "two"):
            yield from add_site(site, {"origins": f"https://{site}.example"}, NOW)

    await database.write(sites)
    return Index(database)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("The Sourdough was resting.", "sourdough"),
        ("The Sourdough was resting.", "SOURDOUGHS rests"),
        ("오늘 호밀빵을 샀어요.", "호밀빵"),
        ("今日はライ麦パンを買いました。", "ライ麦パン"),
        ("今天买了黑麦面包。", "黑麦面包"),
        ("Café au lait", "cafe"),
    ],
)
async def test_words_are_found_in_any_language(index: Index, body: str, words: str) -> None:
    await index.add(1, body)
    await index.add(2, "Something else entirely, 전혀 다른 글, 別の話, 别的事情.")
    assert await index.find(words) == ["one1"]


async def test_all_words_must_be_there(index: Index) -> None:
    await index.add(1, "rye bread")
    await index.add(2, "wheat bread")
    assert await index.find("bread") == ["one2", "one1"]
    assert await index.find("rye bread") == ["one1"]
    assert await index.find("oats bread") == []
    assert await index.find("?!") == []


async def test_sites_are_told_apart(index: Index) -> None:
    await index.add(1, "rye bread")
    await index.add(2, "rye bread", site="two")
    assert await index.find("rye") == ["one1"]
    assert await index.find("rye", "one", "two") == ["two2", "one1"]


async def test_edited_and_deleted_words_are_not_found(index: Index) -> None:
    await index.add(1, "rye bread")
    assert await index.find("rye") == ["one1"]
    await index.database.write(lambda: iter_run("UPDATE comments SET body = 'wheat bread' WHERE id = 'one1'"))
    assert (await index.find("rye"), await index.find("wheat")) == ([], ["one1"])
    await index.database.write(lambda: iter_run("UPDATE comments SET body = '', state = 'deleted' WHERE id = 'one1'"))
    assert await index.find("wheat") == []


def iter_run(sql: str) -> Work[None]:
    yield run(sql)


async def test_search_goes_on_where_it_ended(index: Index) -> None:
    for number in range(7):
        await index.add(number, f"bread {number}")
    seen: list[str] = []
    before = END
    while found := await index.index.search(["one"], "bread", before, 3) if await index.find("bread") else []:
        seen += [hit.entry_id for hit in found]
        before = found[-1].place
    assert seen == [f"one{number}" for number in range(6, -1, -1)]


async def test_texts_of_one_moment_have_places_of_their_own(index: Index) -> None:
    for number in range(40):
        await index.add(number, "bread")
    await index.database.write(lambda: iter_run(f"UPDATE comments SET created_at = {NOW}, body = 'rye'"))
    assert len(await index.find("rye")) == 40


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        (Filter(), ["one4", "one3", "one2", "one1"]),
        (Filter(state="hidden"), ["one3", "one2"]),
        (Filter(page="/b/"), ["one4", "one3"]),
        (Filter(page="/b/", state="hidden"), ["one3"]),
        (Filter(page="/b/", state="published"), ["one4"]),
        (Filter(state="pending"), []),
    ],
)
async def test_filters_combine_with_and_without_words(index: Index, wanted: Filter, ids: list[str]) -> None:
    await index.add(1, "rye")
    await index.add(2, "rye", state="hidden")
    await index.add(3, "rye", state="hidden", page="/b/")
    await index.add(4, "rye", page="/b/")
    found = await index.database.read(lambda: log_store.entries(["one"], wanted, 50))
    assert [entry.id for entry in found] == ids
    assert len(await index.find("rye")) == 4
    hits = await index.index.search(["one"], "rye", END, 50)
    found = await index.database.read(lambda: log_store.entries_of(["one"], hits, wanted))
    assert [entry.id for entry in found] == ids


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as house:
        await house.sign_in()
        yield house


async def test_log_finds_what_was_just_written(house: House) -> None:
    assert await house.log(q="rye") == ["c1"]
    assert await house.log(q="secret question") == ["q1"]
    assert await house.log(q="rye", state="hidden") == []
    assert await house.log(q="the and of") == []
    assert (await house.browser.get("/admin/?q=rye&before=x")).status_code == 400


async def test_views_are_saved_and_deleted(house: House) -> None:
    here = "q=rye&state=published"
    fields = await house.hidden("/admin/views/", f"/admin/?{here}")
    assert (await house.send("/admin/views/", fields | {"name": "Rye"})).status_code == 303
    page = (await house.browser.get("/admin/")).text
    [address] = re.findall(r'<a href="([^"]+)">Rye</a>', page)
    assert "q=rye" in address
    assert "state=published" in address
    [id] = re.findall(r"/admin/views/([^/]+)/delete/", (await house.browser.get(f"/admin/?{here}")).text)
    await house.send(f"/admin/views/{id}/delete/", {"token": await house.token()})
    assert ">Rye</a>" not in (await house.browser.get("/admin/")).text
