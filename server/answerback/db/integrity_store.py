"""Checks the whole database for damage, which reads would find only by chance."""

from __future__ import annotations

from dataclasses import dataclass

from ..priority import in_background
from ..settings import sqlite_file
from .database import Database
from .sqlite_file import MOST_FINDINGS, findings_of

NO_AMCHECK = "not looked at: CREATE EXTENSION amcheck, and GRANT EXECUTE on its functions to this user"


@dataclass(frozen=True, slots=True)
class Integrity:
    """The database's faults, or why it could not be checked."""

    findings: tuple[str, ...] = ()
    unknown: str = ""


async def check_integrity(db: Database) -> Integrity:
    """Reads everything; on PostgreSQL with the extension amcheck, if installed. Raises Unavailable."""
    file = sqlite_file(db.url)
    if file is not None:
        return Integrity(tuple(await in_background(lambda: findings_of(file))))
    return await _postgresql(db)


async def _postgresql(db: Database) -> Integrity:
    import asyncpg

    if await db.fetch_one("SELECT 1 FROM pg_extension WHERE extname = 'amcheck'") is None:
        return Integrity(unknown=NO_AMCHECK)
    found: list[str] = []
    relations = await db.fetch_all(
        """SELECT CAST(c.oid AS BIGINT) AS id, c.relname AS name, c.relkind = 'i' AS is_index
            FROM pg_class c LEFT JOIN pg_am m ON m.oid = c.relam
            WHERE c.relnamespace = CAST(current_schema() AS regnamespace) AND (c.relkind = 'r' OR m.amname = 'btree')
            ORDER BY c.relname"""
    )
    for relation in relations:
        name = relation["name"]
        try:
            found += [f"{name}: {each}" for each in await _look(db, relation["id"], relation["is_index"])]
        except asyncpg.InsufficientPrivilegeError:
            return Integrity(tuple(found[:MOST_FINDINGS]), NO_AMCHECK)
        except asyncpg.PostgresError as error:
            found.append(f"{name}: {error}")
    return Integrity(tuple(found[:MOST_FINDINGS]))


async def _look(db: Database, id: int, is_index: bool) -> list[str]:
    if is_index:
        await db.fetch_one("SELECT bt_index_check(CAST(CAST(:id AS BIGINT) AS regclass), true)", id=id)
        return []
    rows = await db.fetch_all("SELECT msg FROM verify_heapam(CAST(CAST(:id AS BIGINT) AS regclass))", id=id)
    return [str(row["msg"]) for row in rows]
