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
    """A statement that returns its first row, or None."""
    return Statement(sql, params, "one")


def many(sql: str, **params: Any) -> Statement:
    """A statement that returns all rows as a list."""
    return Statement(sql, params, "many")


def run(sql: str, **params: Any) -> Statement:
    """A statement that returns nothing."""
    return Statement(sql, params, "none")


def after(call: Callable[[], object]) -> Statement:
    """A callback for after the commit; it does not run if the write is rolled back."""
    return Statement("", {"call": call}, "after")


class IntegrityConflict(Exception):
    """A statement violated a unique, foreign-key or check constraint; its write was rolled back."""
