"""What a database of either kind is made of and holds, seen without any part of ours."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import Any, TypeVar

import asyncpg

T = TypeVar("T")
Rows = list[tuple[Any, ...]]
OF_SQLITE = (
    """SELECT 'column', m.name, c.name, c.type, c."notnull", c.dflt_value, c.pk
    FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table'""",
    "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE type IN ('index', 'trigger')",
    """SELECT 'reference', m.name, f."from", f."table", f."to", f.on_delete
    FROM sqlite_master m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table'""",
    """SELECT 'unique', m.name, i.name, i."unique", i.partial
    FROM sqlite_master m, pragma_index_list(m.name) i WHERE m.type = 'table'""",
)
OF_POSTGRESQL = (
    """SELECT 'column', a.attrelid::regclass::text, a.attname::text, a.atttypid::regtype::text, a.attnotnull,
    a.attidentity::text, pg_get_expr(d.adbin, d.adrelid) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped""",
    "SELECT 'index', indexdef FROM pg_indexes WHERE schemaname = 'public'",
    """SELECT 'trigger', pg_get_triggerdef(g.oid), p.prosrc FROM pg_trigger g JOIN pg_proc p ON p.oid = g.tgfoid
    WHERE NOT g.tgisinternal""",
    """SELECT 'constraint', conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace""",
)


def execute(url: str, *statements: str) -> None:
    """Run statements, each committed by itself."""
    results(url, *statements)


def fetch(url: str, sql: str) -> Rows:
    """The rows of one statement."""
    return results(url, sql)[0]


def results(url: str, *statements: str) -> list[Rows]:
    """The rows of each statement; all on one connection, each committed by itself."""
    if not url.startswith("sqlite"):

        async def each(connection: Any) -> list[Rows]:
            return [[tuple(row) for row in await connection.fetch(sql)] for sql in statements]

        return _on_postgres(url, each)
    connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None, timeout=10)
    with closing(connection):
        return [connection.execute(sql).fetchall() for sql in statements]


def script(url: str, text: str) -> None:
    """Run a dump."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            connection.executescript(text)
    else:
        _on_postgres(url, lambda connection: connection.execute(text))


def structure(url: str) -> list[str]:
    """Columns, indexes and constraints, in an order of their own: columns stand in that in which they were added.

    Without the table that says the revision: Alembic's has a name for its primary key.
    """
    found = results(url, *(OF_SQLITE if url.startswith("sqlite") else OF_POSTGRESQL))
    return sorted(str(row) for rows in found for row in rows if "alembic_version" not in str(row))


def contents(url: str) -> dict[str, list[str]]:
    """The rows of each table that has any."""
    if url.startswith("sqlite"):
        found = fetch(url, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%_terms_%'")
        tables = zip(found, results(url, *(f"SELECT * FROM {name}" for (name,) in found)), strict=True)
        return {name: sorted(map(str, rows)) for (name,), rows in tables if rows}
    found = fetch(url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    if not found:
        return {}
    every = " UNION ALL ".join(f"SELECT '{name}', t::text FROM {name} t" for (name,) in found)
    kept: dict[str, list[str]] = {}
    for name, row in sorted(fetch(url, every)):
        kept.setdefault(name, []).append(row)
    return kept


_held: dict[str, tuple[asyncio.AbstractEventLoop, Any]] = {}


@contextmanager
def one_connection(url: str) -> Iterator[None]:
    """Ask PostgreSQL over one connection meanwhile, for a program without an event loop that asks very often."""
    if url.startswith("sqlite"):
        yield
        return
    loop = asyncio.new_event_loop()
    _held[url] = loop, loop.run_until_complete(asyncpg.connect(url))
    try:
        yield
    finally:
        _, connection = _held.pop(url)
        loop.run_until_complete(connection.close())
        loop.close()


def _on_postgres(url: str, work: Callable[[Any], Coroutine[Any, Any, T]]) -> T:
    """What this gives on a connection; the caller's event loop may be running."""
    if url in _held:
        loop, connection = _held[url]
        return loop.run_until_complete(work(connection))

    async def go() -> T:
        connection = await asyncpg.connect(url)
        try:
            return await work(connection)
        finally:
            await connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(go())).result()
