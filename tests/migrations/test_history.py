"""The revisions: released ones are never touched, and what they make is known without running them."""

from __future__ import annotations

import hashlib

import pytest
from answerback.errors import Unavailable
from answerback.migrations import HEAD, REVISIONS, Revision, migrate, plan
from answerback.migrations.revisions import Kind
from answerback.migrations.schema import Schema

from tests.migrations.databases import execute, fetch, structure

RELEASED = {
    "0001": ("1c063556d9b2cbda", "1c063556d9b2cbda"),
    "0002": ("e1fd7b021f0d386c", "e1fd7b021f0d386c"),
    "0003": ("18837ab5251049a7", "1564be0076bd3691"),
    "0004": ("f24bbccd39d1dea9", "f24bbccd39d1dea9"),
    "0005": ("dbfe13d118927cbf", "dbfe13d118927cbf"),
    "0006": ("3a1c5be380e10283", "3a1c5be380e10283"),
    "0007": ("02343f3c5f3e6170", "02343f3c5f3e6170"),
    "0008": ("f07096909d82e7fe", "f07096909d82e7fe"),
    "0009": ("334534e249d8e3a3", "334534e249d8e3a3"),
    "0010": ("bcfcf97162754a17", "bcfcf97162754a17"),
    "0011": ("593d40ecbcd6d249", "83a5b4a351319104"),
    "0012": ("aad461cefd1522b9", "aad461cefd1522b9"),
    "0013": ("264fe9109e641181", "264fe9109e641181"),
    "0014": ("2254904b1b34a6d5", "2254904b1b34a6d5"),
    "0015": ("18c9195cf4e00d37", "18c9195cf4e00d37"),
    "0016": ("59387ce3c2f310e0", "59387ce3c2f310e0"),
    "0017": ("3049377dd8246c0e", "3049377dd8246c0e"),
    "0018": ("fc8d07131ffce146", "fc8d07131ffce146"),
    "0019": ("5f9f49fcbadefa52", "b353a3e8ff351b66"),
    "0020": ("1c0955b33ad42612", "85035648e2779132"),
    "0021": ("d65e26db95a68ade", "d65e26db95a68ade"),
    "0022": ("18ca34a34e8d86ca", "18ca34a34e8d86ca"),
    "0023": ("1c9f7f7ebb120f9f", "c95c0342cec48288"),
    "0024": ("0f5b781c10ac668f", "0f5b781c10ac668f"),
    "0025": ("2f1abf273e1761b5", "1e423066df6380a4"),
    "0026": ("d21a67044ab22b65", "d21a67044ab22b65"),
    "0027": ("1c97be579f9ecb1a", "1c97be579f9ecb1a"),
    "0028": ("dd7735e42b2babf2", "dd7735e42b2babf2"),
    "0029": ("c265af2c937512db", "c265af2c937512db"),
    "0030": ("3f591347662a7981", "3f591347662a7981"),
    "0031": ("14b57e83cdff7892", "14b57e83cdff7892"),
    "0032": ("25e57c292e6c4424", "460c62ff0312276d"),
    "0033": ("60e729ddf0556354", "dabb42640ad69bf8"),
    "0034": ("9f70f9bba9fc34b8", "a34f0fd2056c357f"),
}
"""What each revision runs on SQLite and on PostgreSQL. A new one is added here with its first commit; a hash that
changes means that somebody's database is no longer what its number says."""


def test_released_revisions_are_never_touched() -> None:
    def digest(statements: tuple[str, ...]) -> str:
        return hashlib.sha256("\0".join(statements).encode()).hexdigest()[:16]

    assert {
        revision.number: (digest(revision.sqlite), digest(revision.postgresql)) for revision in REVISIONS
    } == RELEASED
    assert [revision.number for revision in REVISIONS] == [f"{i:04}" for i in range(1, len(REVISIONS) + 1)]
    assert REVISIONS[-1].number == HEAD


def tables(url: str) -> dict[str, set[str]]:
    """Tables and columns, as the database itself says."""
    if url.startswith("sqlite"):
        rows = fetch(
            url, "SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table'"
        )
    else:
        rows = fetch(
            url, "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
        )
    found: dict[str, set[str]] = {}
    for table, column in rows:
        if table != "alembic_version" and "_terms_" not in table:
            found.setdefault(table, set()).add(column)
    return found


def check(url: str, kind: Kind, revisions: tuple[Revision, ...]) -> None:
    """Migrate, and compare what was read in the statements with what the database has made of them."""
    migrate(url, revisions)
    assert plan(url, revisions) is None
    read = Schema.of(sql for revision in revisions for sql in revision.statements(kind))
    assert {table: set(columns) for table, columns in read.tables.items()} == tables(url)


def test_schema_of_each_revision_matches_the_database(url: str, kind: Kind) -> None:
    for number in range(1, len(REVISIONS) + 1):
        check(url, kind, REVISIONS[:number])


CHANGES = (
    "CREATE TABLE a (id TEXT PRIMARY KEY, b BIGINT NOT NULL DEFAULT (1 + 2), c TEXT, CHECK (b > 0), UNIQUE (b, c))",
    "CREATE INDEX a_by_b ON a (b)",
    "CREATE UNIQUE INDEX a_by_c ON a (c) WHERE c IS NOT NULL",
    "INSERT INTO a (id, b) VALUES ('x', 1)",
    "ALTER TABLE a ADD COLUMN d DOUBLE PRECISION NOT NULL DEFAULT 0.5",
    "ALTER TABLE a RENAME COLUMN d TO e",
    "UPDATE a SET e = 2",
    "ALTER TABLE a DROP COLUMN e",
    "DROP INDEX a_by_b",
    "ALTER TABLE a RENAME TO f",
    "CREATE TABLE g (id TEXT PRIMARY KEY)",
    "DELETE FROM g",
    "DROP TABLE f",
)


def test_each_form_of_ddl_is_parsed(url: str, kind: Kind) -> None:
    revisions: tuple[Revision, ...] = ()
    for number, sql in enumerate(CHANGES, 5):
        revisions = (*revisions, Revision(f"{number:04}", (sql,), (sql,)))
        check(url, kind, revisions)
    with pytest.raises(ValueError, match="does not know"):
        Schema.of(["VACUUM"])


@pytest.mark.parametrize(
    ("change", "gap"),
    [
        ("DROP TABLE g", "the table g is missing"),
        ("ALTER TABLE a RENAME COLUMN c TO z", "a.c is missing"),
        ("ALTER TABLE a DROP COLUMN h", "a.h is missing"),
    ],
)
def test_missing_tables_and_columns_are_named(url: str, change: str, gap: str) -> None:
    statements = (CHANGES[0], CHANGES[10], "ALTER TABLE a ADD COLUMN h TEXT")
    revisions = (Revision("0005", statements, statements),)
    migrate(url, revisions)
    execute(url, change)
    before = structure(url)
    for look in (plan, migrate):
        with pytest.raises(Unavailable, match=f"The schema says 0005, but {gap}. Go back to a backup"):
            look(url, revisions)
    assert structure(url) == before


def test_wrong_column_type_is_named(url: str, kind: Kind) -> None:
    migrate(url, REVISIONS)
    other = "TEXT" if kind == "sqlite" else "text"
    execute(
        url,
        "DROP INDEX answers_turns",
        "DROP INDEX answers_turns_of_visitor",
        "ALTER TABLE answers DROP COLUMN turn_at",
    )
    execute(url, f"ALTER TABLE answers ADD COLUMN turn_at {other}")
    with pytest.raises(
        Unavailable, match=r"answers\.turn_at is text instead of bigint, the index answers_turns is missing"
    ):
        plan(url)


def test_own_tables_and_indexes_are_left_alone(url: str) -> None:
    migrate(url, REVISIONS[:3])
    execute(url, "CREATE TABLE mine (id TEXT)", "CREATE INDEX mine_too ON comments (author_name)")
    migrate(url)
    assert plan(url) is None
    assert any("mine_too" in line for line in structure(url))


def test_missing_index_and_trigger_are_recreated(url: str, kind: Kind) -> None:
    migrate(url)
    before = structure(url)
    drop_trigger = "DROP TRIGGER thread_locked" + (" ON threads" if kind == "postgresql" else "")
    execute(url, "DROP INDEX comments_of_parent", "DROP INDEX answers_to_renew", drop_trigger)
    step = plan(url)
    assert step is not None
    lost = ("the index answers_to_renew", "the index comments_of_parent", "the trigger thread_locked")
    assert f"{HEAD}, but {', '.join(f'{each} is missing' for each in lost)}." in step.why
    migrate(url)
    assert (plan(url), structure(url)) == (None, before)


def test_failed_migration_is_rolled_back(url: str) -> None:
    statements = ("CREATE TABLE a (id TEXT PRIMARY KEY)", "CREATE INDEX a_by_b ON a (b)")
    migrate(url)
    before = structure(url)
    with pytest.raises(Unavailable, match=r"cannot be .*migrated .*\bb\b"):
        migrate(url, (*REVISIONS, Revision("9000", statements, statements)))
    assert (structure(url), plan(url)) == (before, None)
