"""A site's comments out of the house, and back in."""

from __future__ import annotations

import csv
import io
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from answerback.answers import record_store
from answerback.comments import store as threads
from answerback.core.markdown import render
from answerback.core.model import Comment
from answerback.core.tables import cell
from answerback.db.database import Database
from answerback.db.work import Work
from answerback.sites.settings import Site, read_site
from answerback.sites.store import add_site
from answerback.transfer import store
from answerback.transfer.exporting import Export
from answerback.transfer.formats.table import COLUMNS
from answerback.transfer.importing import Imported, Importer
from answerback.transfer.source import opened

from tests import services

pytestmark = pytest.mark.anyio
NOW = 1_790_000_000_000
ANSWER = {
    "state": "done", "provider": "openai", "model": "gpt-5-mini", "verified_by_owner": 1, "revised_at": None,
    "supported": 1, "support_reason": "", "certainty": 0.9,
    "sources": [{"quote": "We open at 7", "url": "https://blog.example/a", "title": "A"}],
}  # fmt: skip


def comment(id: str, body: str, *, state: Any = "published", kind: Any = "guest", parent: str | None = None) -> Comment:
    return Comment(
        id=id, site="blog", page="/a/", parent_id=parent, root_id=parent or id, depth=0 if parent is None else 1,
        author_id=None, author_name="=cmd()", author_kind=kind, avatar_url=None, body=body, html=render(body),
        state=state, created_at=NOW + int(id[-1]), edited_at=NOW + 9, up=2, down=1, pinned=True,
    )  # fmt: skip


def furnish() -> Work[None]:
    yield from add_site("blog", {"origins": "https://blog.example"}, NOW)
    answer = comment("answer-2", "At **7**.", kind="ai", parent="comment1")
    for entry in (
        comment("comment1", "+When <b>open</b>?"),
        answer,
        comment("comment3", "Hidden", state="hidden"),
        comment("comment4", "Under the hidden one", parent="comment3"),
    ):
        yield from store.add(entry, "https://blog.example/a", "A <page>", NOW)
    yield from store.add_answer(answer, ANSWER, "https://blog.example/a", "A <page>")
    yield from threads.set_locked("blog", "/a/", True, NOW)
    yield from threads.set_rule("blog", "/a/", "drafts", NOW)
    yield from threads.set_locked("blog", "/without-comments/", True, NOW)
    yield from threads.set_place("blog", "/moved/", "https://blog.example/b", "By the owner", NOW)


async def exported(database: Database, format: str) -> str:
    out = io.StringIO(newline="")
    await Export(database, "blog", NOW, out).write(format)
    return out.getvalue()


async def brought(database: Database, site: Site, path: Path) -> Imported:
    with opened(path) as source:
        return await Importer(database, site, NOW + 100).run(source)


async def test_export_and_import_round_trip(database: Database, tmp_path: Path) -> None:
    await database.write(furnish)
    text = await exported(database, "json")
    path = tmp_path / "export.json"
    path.write_text(text, "utf-8")
    site = read_site("blog", {"origins": "https://blog.example"}, daily_answers=5)
    again = await brought(database, site, path)
    assert (again.added, again.present) == (0, 4)
    fresh = Database(f"sqlite:///{tmp_path / 'fresh.db'}")
    shutil.copy(services.migrated_sqlite(), tmp_path / "fresh.db")
    await fresh.connect()
    await fresh.write(lambda: add_site("blog", {"origins": "https://blog.example"}, NOW))
    assert (await brought(fresh, site, path)).added == 4
    assert json.loads(await exported(fresh, "json"))["threads"] == json.loads(text)["threads"]
    assert [
        (thread["page"], thread["locked"], thread["ai"], thread["url_by_owner"])
        for thread in json.loads(text)["threads"]
    ] == [("/a/", True, "drafts", False), ("/moved/", False, None, True), ("/without-comments/", True, None, False)]
    await fresh.close()


async def test_csv_has_no_formulas(database: Database) -> None:
    await database.write(furnish)
    text = (await exported(database, "csv")).removeprefix("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert tuple(rows[0]) == COLUMNS
    assert [row["body"] for row in rows] == ["'+When <b>open</b>?", "At **7**.", "Hidden", "Under the hidden one"]
    assert {row["author"] for row in rows} == {"'=cmd()"}
    assert rows[1]["sources"] == "https://blog.example/a We open at 7"
    for bad in ("=1", "+1", "-1", "@x", "\tx", "\rx", "\nx", "＝1", "＋1", "－1", "＠x"):
        assert cell(bad) == f"'{bad}"


async def test_html_shows_public_comments_only(database: Database) -> None:
    await database.write(furnish)
    page = await exported(database, "html")
    assert "Hidden" not in page
    assert "Under the hidden one" in page
    assert "&lt;b&gt;open&lt;/b&gt;" in page
    assert "<p>At <strong>7</strong>.</p>" in page
    assert "A &lt;page&gt;" in page
    assert "We open at 7" in page
    assert "default-src &#39;none&#39;" in page or "default-src 'none'" in page
    assert "<script" not in page


async def test_namesakes_are_told_apart(database: Database) -> None:
    def namesakes() -> Work[None]:
        yield from add_site("blog", {"origins": "https://blog.example"}, NOW)
        for number, (name, id) in enumerate((("Mina", "v-one1"), ("Mina", "v-two2"), ("Tom", "v-tom3"))):
            entry = replace(comment(f"c{number}", "Rolls."), author_name=name, author_id=id)
            yield from store.add(entry, "", "", NOW)

    await database.write(namesakes)
    page, table = await exported(database, "html"), (await exported(database, "csv")).removeprefix("\ufeff")
    assert [mark in page for mark in ("#one1", "#two2", "#tom3")] == [True, True, False]
    assert [row["author_id"] for row in csv.DictReader(io.StringIO(table))] == ["v-one1", "v-two2", "v-tom3"]
    [thread] = json.loads(await exported(database, "json"))["threads"]
    assert [entry["author"]["id"] for entry in thread["comments"]] == ["v-one1", "v-two2", "v-tom3"]


async def test_long_threads_are_read_in_parts(database: Database) -> None:
    def many() -> Work[None]:
        yield from add_site("blog", {"origins": "https://blog.example"}, NOW)
        for number in range(60):
            yield from store.add(comment(f"c{number:05}{number % 3}", "Hello"), "", "", NOW)

    await database.write(many)
    whole, at = [], store.BEFORE_ALL
    while part := await database.read(lambda at=at: store.comments_of("blog", at, limit=7)):
        whole += part
        at = store.place_of(part[-1])
    assert len({entry.id for entry in whole}) == len(whole) == 60


async def test_threads_come_whole_and_in_the_order_made(database: Database) -> None:
    def many() -> Work[None]:
        yield from add_site("blog", {"origins": "https://blog.example"}, NOW)
        for number in range(30):
            entry = replace(comment(f"c{number:02}", str(number)), page=f"/{number % 7}", depth=number % 3)
            yield from store.add(replace(entry, created_at=NOW + number), "", "", NOW)
        yield from threads.set_locked("blog", "/empty", True, NOW)

    await database.write(many)
    found = [
        (thread.page, [int(entry.body) for entry in comments])
        async for thread, comments in Export(database, "blog", NOW, io.StringIO()).threads()
    ]
    assert found == [*((f"/{page}", list(range(page, 30, 7))) for page in range(7)), ("/empty", [])]


async def test_an_export_walks_one_index(tmp_path: Path) -> None:
    """Whatever there is in other threads: 2,000 of them took the square of their number before."""
    shutil.copy(services.migrated_sqlite(), tmp_path / "answerback.db")
    db = Database(f"sqlite:///{tmp_path}/answerback.db")
    await db.connect()
    statement = next(store.comments_of("blog", store.BEFORE_ALL))
    rows = await db.fetch_all(f"EXPLAIN QUERY PLAN {statement.sql}", **statement.params)
    plan = [row["detail"] for row in rows]
    assert "USING INDEX comments_of_page (site=?" in plan[0]
    assert [step for step in plan if "TEMP" in step or step.startswith("SCAN")] == []
    await db.close()


async def test_answer_records_are_read_in_parts(database: Database) -> None:
    def many() -> Work[None]:
        for site in ("blog", "other"):
            yield from add_site(site, {"origins": f"https://{site}.example"}, NOW)
        for number in range(25):
            for site in ("blog", "other"):
                entry = replace(
                    comment(f"{site}{number:02}", "At 7.", kind="ai"), site=site, created_at=NOW + number % 3
                )
                yield from store.add(entry, "", "", NOW)
                yield from store.add_answer(entry, ANSWER, "", "")

    await database.write(many)
    whole, after = [], (-1, "")
    while part := await database.read(lambda after=after: record_store.records("blog", after, limit=7)):
        whole += part
        after = (part[-1].queued_at, part[-1].id)
    assert len({record.id for record in whole}) == len(whole) == 25
    assert {record.site for record in whole} == {"blog"}
    out = io.StringIO(newline="")
    assert await Export(database, "blog", NOW, out).write("json", answers=True) == 25
    assert json.loads(out.getvalue())["answers"][0]["sources"] == ANSWER["sources"]
    assert await database.read(lambda: record_store.record_of("other", "blog00")) is None
