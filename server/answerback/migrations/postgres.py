"""Migrates a PostgreSQL database: one transaction per step, under an advisory lock that others wait for."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from typing import Any, TypeVar

import asyncpg

from ..db.postgres import lone_connection
from ..db.sqlite_file import Progress
from ..errors import Unavailable
from .computing import Computed
from .planning import VERSION_TABLE, Found, Step, next_step
from .revisions import Revision
from .schema import Schema

log = logging.getLogger(__name__)

T = TypeVar("T")
WAIT = "600s"
LOCK = 0x616E73776572
"""The advisory lock of a migration; PostgreSQL scopes such locks to a database."""
COLUMNS = """
    SELECT c.relname, a.attname, format_type(a.atttypid, NULL) FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relkind IN ('r', 'p') AND pg_table_is_visible(c.oid) AND c.relnamespace <> 'pg_catalog'::regnamespace"""
INDEXES = """
    SELECT i.relname, t.relname FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
    JOIN pg_class t ON t.oid = x.indrelid
    WHERE pg_table_is_visible(i.oid) AND i.relnamespace <> 'pg_catalog'::regnamespace"""

TRIGGERS = """
    SELECT g.tgname, t.relname FROM pg_trigger g JOIN pg_class t ON t.oid = g.tgrelid
    WHERE NOT g.tgisinternal AND pg_table_is_visible(t.oid)"""


def plan(url: str, revisions: Sequence[Revision]) -> Step | None:
    """The next step, without running it. Raises Unavailable if the database cannot be reached or migrated."""

    async def look(connection: Any) -> Step | None:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            return next_step(await _look(connection), "postgresql", revisions)

    return _run(url, look)


def migrate(url: str, revisions: Sequence[Revision], progress: Progress) -> None:
    """Migrates the database to the newest of these revisions. Raises Unavailable."""

    async def go(connection: Any) -> None:
        # Usually there is nothing to do; check without the lock first, then again under it.
        with suppress(Unavailable):
            if next_step(await _look(connection), "postgresql", revisions) is None:
                return
        reached = ""
        try:
            while (step := await _take_step(connection, revisions, progress)) is not None:
                reached = step.revision
        finally:
            if reached:
                log.info("the database is at revision %s", reached)

    _run(url, go)


async def _take_step(connection: Any, revisions: Sequence[Revision], progress: Progress) -> Step | None:
    async with connection.transaction():
        await connection.execute(f"SET LOCAL lock_timeout = '{WAIT}'")
        if not await connection.fetchval(f"SELECT pg_try_advisory_xact_lock({LOCK})"):
            log.warning("another process is migrating the database; waiting")
            await connection.execute(f"SELECT pg_advisory_xact_lock({LOCK})")
        step = next_step(await _look(connection), "postgresql", revisions)
        if step is None:
            return None
        for done, sql in enumerate(step.statements):
            progress(step.name, done, len(step.statements))
            await connection.execute(sql)
        if step.computed is not None:
            await _compute(connection, step.computed)
        progress(step.name, len(step.statements), len(step.statements))
        return step


async def _compute(connection: Any, computed: Computed) -> None:
    rows = computed.made([await connection.fetch(sql) for sql in computed.reads])
    for sql in computed.before:
        await connection.execute(sql)
    if rows:
        marks = ", ".join(f"${number}" for number, _ in enumerate(rows[0], 1))
        await connection.executemany(f"INSERT INTO {computed.table} VALUES ({marks})", rows)
    for sql in computed.after:
        await connection.execute(sql)


async def _look(connection: Any) -> Found:
    schema = Schema()
    for table, column, kind in await connection.fetch(COLUMNS):
        schema.tables.setdefault(table, {})[column] = kind
    schema.indexes.update(await connection.fetch(INDEXES))
    schema.triggers.update(await connection.fetch(TRIGGERS))
    revision = None
    if VERSION_TABLE in schema.tables:
        revision = await connection.fetchval(f"SELECT version_num FROM {VERSION_TABLE}")
    return Found(revision, schema)


def _run(url: str, work: Callable[[Any], Coroutine[Any, Any, T]]) -> T:
    async def go() -> T:
        async with lone_connection(url) as connection:
            try:
                return await work(connection)
            except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                raise Unavailable("unavailable", f"The database cannot be migrated ({error}).") from error

    return asyncio.run(go())
