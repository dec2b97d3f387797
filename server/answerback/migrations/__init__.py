"""Schema migrations.

Statements in numbered tuples, and our own runner: it controls transactions and locks, recognises from the statements
what a killed server left half done, and takes only a few milliseconds if the schema is current.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..db.sqlite_file import Progress
from .planning import Step
from .revisions import HEAD, REVISIONS, Revision

__all__ = ["HEAD", "REVISIONS", "Revision", "Step", "migrate", "plan"]


def _silent(what: str, done: int, of: int) -> None:
    pass


def migrate(url: str, revisions: Sequence[Revision] = REVISIONS, progress: Progress = _silent) -> None:
    """Migrates the database at `url` to the newest revision; blocks, so async code must call it in a thread. Raises
    Unavailable if the database cannot be reached, is not a database, or is in an unknown state; it is left unchanged
    then."""
    if url.startswith("sqlite"):
        from . import sqlite

        sqlite.migrate(_path(url), revisions, progress)
    else:
        from . import postgres

        postgres.migrate(url, revisions, progress)


def plan(url: str, revisions: Sequence[Revision] = REVISIONS) -> Step | None:
    """The next step that `migrate` would run; None if there is none. Blocks. Raises Unavailable as `migrate` does."""
    if url.startswith("sqlite"):
        from . import sqlite

        return sqlite.plan(_path(url), revisions)
    from . import postgres

    return postgres.plan(url, revisions)


def _path(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))
