"""What the first versions have left behind: half a revision, or a revision that has grown since."""

from __future__ import annotations

import shutil
from itertools import chain
from pathlib import Path

import pytest
from answerback.errors import Unavailable
from answerback.migrations import REVISIONS, migrate, plan
from answerback.migrations.legacy import EDITIONS, editions, rest
from answerback.migrations.revisions import Kind
from answerback.migrations.schema import Schema

from tests.migrations.databases import contents, execute, fetch, results, script, structure
from tests.migrations.released import dump_of

FIRST = REVISIONS[:4]
VERSION = "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"


def fresh(url: str) -> list[str]:
    """What a new database is made of; this one is empty again afterwards."""
    migrate(url)
    return structure(url)


@pytest.mark.parametrize("number", range(len(FIRST)))
def test_killed_legacy_migration_resumes_at_any_statement(file: Path, number: int) -> None:
    """As the driver left it: each statement committed, the revision's number not yet."""
    before, wreck, whole = file.with_name("before.db"), file.with_name("wreck.db"), file.with_name("whole.db")
    revision, url, tables = FIRST[number], f"sqlite:///{wreck}", {"alembic_version"}
    if number:
        script(f"sqlite:///{before}", dump_of(FIRST[number - 1].number, "sqlite").read_text("utf-8"))
        tables = set(contents(f"sqlite:///{before}"))
    else:
        execute(f"sqlite:///{before}", VERSION)
    migrate(f"sqlite:///{whole}", FIRST)
    expected = structure(f"sqlite:///{whole}")
    for done in range(1, len(revision.sqlite) + 1):
        execute(f"sqlite:///{before}", revision.sqlite[done - 1])
        shutil.copy(before, wreck)
        step = plan(url)
        assert step is not None and revision.sqlite[done - 1] not in step.statements
        migrate(url, FIRST)
        assert (structure(url), set(contents(url))) == (expected, tables), f"killed after {done} of {revision.number}"
        assert plan(url, FIRST) is None
    migrate(url)  # from there it is the same way to the newest
    assert structure(url) == fresh(f"sqlite:///{file}")
    assert tables <= set(contents(url))


@pytest.mark.parametrize("edition", EDITIONS)
def test_earlier_editions_are_completed(url: str, kind: Kind, edition: int) -> None:
    of_then = [
        sql
        for revision in FIRST
        for sql, came in zip(revision.statements(kind), editions(revision.number), strict=True)
        if came <= edition
    ]
    execute(url, *of_then, VERSION, "INSERT INTO alembic_version VALUES ('0004')")
    execute(url, "INSERT INTO sites (key, settings, created_at, updated_at) VALUES ('demo', '{}', 1, 1)")
    step = plan(url)
    if edition == EDITIONS[-1]:
        assert step is not None and step.why.startswith("The schema is 0004, the next is ")
    else:
        assert step is not None and step.why.startswith("The schema says 0004, but ")
    migrate(url)
    assert plan(url) is None
    made = structure(url)
    assert fetch(url, "SELECT key FROM sites") == [("demo",)]
    results(url, *([] if kind == "sqlite" else ["DROP SCHEMA public CASCADE", "CREATE SCHEMA public"]))
    if kind == "sqlite":
        Path(url.removeprefix("sqlite:///")).unlink()
    assert made == fresh(url)


def test_killed_migration_of_any_edition_resumes() -> None:
    for revision in FIRST[1:]:
        before = list(chain.from_iterable(one.sqlite for one in FIRST if one.number < revision.number))
        for edition in EDITIONS:
            pairs = list(zip(revision.sqlite, editions(revision.number), strict=True))
            of_then = [sql for sql, came in pairs if came <= edition]
            for done in range(len(of_then) + 1):
                left = rest(revision.number, revision.sqlite, Schema.of([*before, *of_then[:done]]))
                assert left == [sql for sql, _ in pairs if sql not in of_then[:done]]


def at_0003_with(url: str, *more: str) -> None:
    migrate(url, REVISIONS[:3])
    execute(url, *more)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("ALTER TABLE answers ADD COLUMN draft SMALLINT NOT NULL DEFAULT 0",), "says 0003, but 0004 is partly there"),
        (("CREATE TABLE switches (on_off TEXT)",), "says 0003, but 0004 is partly there"),
        (("ALTER TABLE comments ADD COLUMN pinned TEXT",), "says 0003, but 0004 is partly there"),
        (("DROP TABLE page_texts",), "says 0003, but the table page_texts is missing"),
        (("ALTER TABLE answers DROP COLUMN html", "DROP TABLE votes"), "votes is missing, answers.html is missing"),
    ],
)
def test_unexplained_gaps_are_refused(url: str, more: tuple[str, ...], said: str) -> None:
    at_0003_with(url, *more)
    before = structure(url)
    for look in (plan, migrate):
        with pytest.raises(Unavailable, match=said) as refused:
            look(url)
        assert "o back to a backup" in refused.value.detail
    assert structure(url) == before


def test_database_of_another_program_is_refused(url: str) -> None:
    execute(url, "CREATE TABLE comments (id TEXT, words TEXT)")
    with pytest.raises(Unavailable, match="has no revision, but 0001 is partly there"):
        migrate(url)
    assert len([line for line in structure(url) if "comments" in line]) == 2
