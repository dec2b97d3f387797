"""Dumps of databases at each released revision, with a few rows, as they were made then.

A new revision gets its dump by migrating that of the one before and adding rows, which come on stdin:

    echo "INSERT INTO …" | python -m tests.migrations.released
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from answerback.migrations import REVISIONS, migrate

from tests.migrations.databases import results, script
from tests.postgres import Postgres, programs

FOLDER = Path(__file__).parent / "released"


def dump_of(number: str, kind: str) -> Path:
    """Where the dump of a revision is kept."""
    return FOLDER / f"{number}.{kind}.sql"


def dump(url: str) -> str:
    """Everything that is in a database, as SQL."""
    return (_dump_of_sqlite if url.startswith("sqlite") else _dump_of_postgres)(url)


def _dump_of_sqlite(url: str) -> str:
    own = "name NOT LIKE 'sqlite_%' AND name NOT LIKE '%_terms_%'"
    makers, triggers, tables = results(
        url,
        f"SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND type <> 'trigger' AND {own} ORDER BY rowid",
        "SELECT sql FROM sqlite_master WHERE type = 'trigger' ORDER BY rowid",
        f"SELECT name FROM sqlite_master WHERE type = 'table' AND {own} ORDER BY name",
    )
    lines = [f"{sql};" for (sql,) in makers]
    for (table,) in tables:
        [columns] = results(url, f"SELECT name FROM pragma_table_info('{table}')")
        values = " || ', ' || ".join(f"quote({name})" for (name,) in columns)
        [rows] = results(url, f"SELECT {values} FROM {table}")
        lines += [f"INSERT INTO {table} VALUES ({row});" for (row,) in rows]
    return "\n".join([*lines, *(f"{sql};" for (sql,) in triggers)]) + "\n"  # the rows have been noted already


def _dump_of_postgres(url: str) -> str:
    command = [str(programs() / "pg_dump"), "--inserts", "--no-owner", "--no-privileges", url]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    # Settings that another version may not have, comments, and a mark of psql's.
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith(("SET ", "--", "\\", "\n")))


def main() -> None:
    """Write the dumps of the newest revision."""
    rows, number, before = sys.stdin.read(), REVISIONS[-1].number, REVISIONS[-2].number
    try:
        with tempfile.TemporaryDirectory() as folder:
            for kind, url in (("sqlite", f"sqlite:///{folder}/a.db"), ("postgresql", Postgres.ready().blank())):
                script(url, dump_of(before, kind).read_text("utf-8"))
                migrate(url)
                script(url, rows)
                dump_of(number, kind).write_text(dump(url), "utf-8")
    finally:
        Postgres.end()


if __name__ == "__main__":
    main()
