"""Statements, and writes as generators that yield statements and receive rows.

It cannot do anything else while it holds the transaction, so no network call can creep into one; and the same generator
runs on SQLite, where all writes that wait are driven in one hop on the writer's own thread and committed together, and
on PostgreSQL, where it is run again when transactions collide.

    def rename(visitor_id: str, name: str) -> Work[bool]:
        row = yield one("UPDATE visitors SET name = :name WHERE id = :id RETURNING id", id=visitor_id, name=name)
        return row is not None

    renamed = await db.write(lambda: rename("v1", "Mina"))
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

T = TypeVar("T")
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement with its parameters, and how many of its rows are wanted."""

    sql: str
    params: dict[str, Any]
    wants: Literal["one", "many", "none", "after"]


Work = Generator[Statement, Any, T]


def one(sql: str, **params: Any) -> Statement:
    """A statement of which the first row is wanted, or None."""
    return Statement(sql, params, "one")


def many(sql: str, **params: Any) -> Statement:
    """A statement of which all rows are wanted, as a list."""
    return Statement(sql, params, "many")


def run(sql: str, **params: Any) -> Statement:
    """A statement of which no row is wanted."""
    return Statement(sql, params, "none")


def after(call: Callable[[], object]) -> Statement:
    """No statement, but what is called once the write is on disk; it is not when the write is undone."""
    return Statement("", {"call": call}, "after")


class IntegrityConflict(Exception):
    """A statement broke a unique, foreign-key or check constraint; its write left nothing behind."""
