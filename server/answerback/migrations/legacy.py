"""Detects and repairs half-done migrations of versions before 0005.

Until then, SQLite committed each statement separately, so a server killed during a migration left a revision's first
statements applied and its number unrecorded. Also, 0002 to 0004 were extended after they were in use, so a database at
0004 may be of an earlier edition. A schema that matches one of these states exactly is completed. Any other difference
has another cause, and recreating a lost table would only hide the loss.
"""

from __future__ import annotations

from collections.abc import Sequence

from .schema import Schema, is_index

_BORN = {
    "0001": ((29, 0),),
    "0002": ((17, 2), (4, 4)),
    "0003": ((6, 3),),
    "0004": ((9, 1), (10, 5), (3, 9), (2, 7), (1, 8), (1, 7), (2, 10), (1, 6), (2, 11)),
}
"""Groups of each revision's statements, in order: their number, and the edition that introduced them."""
EDITIONS = range(12)


def editions(number: str) -> list[int]:
    """The edition that introduced each statement of a revision."""
    return [edition for count, edition in _BORN[number] for _ in range(count)]


def unrun(done: Sequence[tuple[str, tuple[str, ...]]], found: Schema) -> list[str] | None:
    """The statements that an earlier edition of these revisions lacked, in order; None if no edition explains what is
    missing. A missing index is added in any case, since an index holds no data of its own."""
    if any(number not in _BORN for number, _ in done):
        return None
    missing, born = [], []
    for number, statements in done:
        for sql, edition in zip(statements, editions(number), strict=True):
            if _conflicts(sql, found):
                return None
            missing.append(sql if not _is_done(sql, found) else "")
            born.append(edition)
    for edition in EDITIONS:
        later = [came > edition for came in born]
        if all(bool(sql) == late or (sql and is_index(sql)) for sql, late in zip(missing, later, strict=True)):
            return [sql for sql in missing if sql]
    return None


def rest(number: str, statements: tuple[str, ...], found: Schema) -> list[str] | None:
    """The remaining statements of a revision that is not recorded yet; None if its state matches no known one."""
    if number not in _BORN:
        return list(statements)
    if any(_conflicts(sql, found) for sql in statements):
        return None
    done = [_is_done(sql, found) for sql in statements]
    for edition in EDITIONS:
        of_then = [flag for flag, came in zip(done, editions(number), strict=True) if came <= edition]
        if sum(done) == sum(of_then) and of_then == sorted(of_then, reverse=True):
            return [sql for sql, flag in zip(statements, done, strict=True) if not flag]
    return None


def _is_done(sql: str, found: Schema) -> bool:
    return not Schema.of([sql]).missing_in(found)


def _conflicts(sql: str, found: Schema) -> bool:
    """Whether a statement's object exists in another form: a foreign table, or a column of another type."""
    made = Schema.of([sql])
    return not _is_done(sql, found) and (
        (sql.startswith("CREATE TABLE") and any(table in found.tables for table in made.tables))
        or any(
            column in found.tables.get(table, {}) and found.tables[table][column] != kind
            for table, columns in made.tables.items()
            for column, kind in columns.items()
        )
    )
