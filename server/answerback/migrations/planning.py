"""Determines the next step for a database from its recorded revision and its actual schema."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain

from ..errors import Unavailable
from . import legacy
from .computing import Computed
from .revisions import Kind, Revision
from .schema import Schema, is_index

VERSION_TABLE = "alembic_version"
"""The table of the revision: named by the tool that ran the first four, so that versions of that time know it."""
NEWER = "The database is one of a newer Answerback: install that, or go back to a backup of before."
RESTORE = "Go back to a backup (docs/operating.md, “Going back to a backup”)."
OWN = "Give Answerback a database of its own, or go back to a backup."
SHOWN = 3


@dataclass(frozen=True)
class Found:
    """A database's recorded revision, and its actual schema."""

    revision: str | None
    schema: Schema


@dataclass(frozen=True)
class Step:
    """Statements that run in one transaction; the last one records the new revision."""

    revision: str
    statements: tuple[str, ...]
    why: str
    computed: Computed | None = None

    @property
    def name(self) -> str:
        """The step's name in progress reports."""
        return f"Revision {self.revision}"


def next_step(found: Found, kind: Kind, revisions: Sequence[Revision]) -> Step | None:
    """The next step; None if there is none. Raises Unavailable if the schema cannot be repaired."""
    numbers = [revision.number for revision in revisions]
    if found.revision is not None and found.revision not in numbers:
        raise Unavailable("unavailable", NEWER)
    at = 0 if found.revision is None else numbers.index(found.revision) + 1
    done = [(revision.number, revision.statements(kind)) for revision in revisions[:at]]
    gaps = Schema.of(chain.from_iterable(statements for _, statements in done)).missing_in(found.schema)
    if gaps:
        why = f"The schema says {found.revision}, but {_in_words(gaps)}."
        statements = _again(done, found)
        if statements is None:
            raise Unavailable("unavailable", f"{why} {RESTORE}")
        return _step(numbers[at - 1], statements, why, found)
    if at == len(revisions):
        return None
    number = numbers[at]
    rest = legacy.rest(number, revisions[at].statements(kind), found.schema)
    if rest is None:
        says = f"The schema says {found.revision}" if found.revision else "The database has no revision"
        why = f"{says}, but {number} is partly there, and no interrupted upgrade leaves it like that."
        raise Unavailable("unavailable", f"{why} {RESTORE if found.revision else OWN}")
    why = f"The schema is {found.revision or 'empty'}, the next is {number}."
    return replace(_step(number, rest, why, found), computed=revisions[at].computed)


def _again(done: Sequence[tuple[str, tuple[str, ...]]], found: Found) -> list[str] | None:
    """The statements of applied revisions to repeat; None if that would hide a loss."""
    missing = legacy.unrun(done, found.schema)
    if missing is not None:
        return missing
    everything = [sql for _, statements in done for sql in statements]
    expected = Schema.of(everything)
    if Schema(expected.tables).missing_in(found.schema):
        return None
    indexes = {name: sql for sql in everything if is_index(sql) for name in Schema.of([sql]).indexes}
    makers = [sql for sql in everything if sql.startswith("CREATE TRIGGER")]
    triggers = {name: sql for sql in makers for name in Schema.of([sql]).triggers}
    return [
        *(indexes[name] for name in expected.indexes if name not in found.schema.indexes),
        *(triggers[name] for name in expected.triggers if name not in found.schema.triggers),
    ]


def _step(revision: str, statements: Sequence[str], why: str, found: Found) -> Step:
    make = (
        ()
        if VERSION_TABLE in found.schema.tables
        else (f"CREATE TABLE {VERSION_TABLE} (version_num VARCHAR(32) NOT NULL PRIMARY KEY)",)
    )
    say = (f"DELETE FROM {VERSION_TABLE}", f"INSERT INTO {VERSION_TABLE} (version_num) VALUES ('{revision}')")
    return Step(revision, (*statements, *make, *say), why)


def _in_words(gaps: list[str]) -> str:
    more = len(gaps) - SHOWN
    return ", ".join(gaps[:SHOWN]) + (f" and {more} more" if more > 0 else "")
