"""Schema migrations.

Statements in numbered tuples, and a runner of our own: transactions and locks are ours to hold, what a server that was
killed has left is known by its statements, and a start where nothing is to be done costs a few milliseconds.
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
    """Bring the database at `url` to the newest revision; blocks, so call it in a thread from async code.

    Raises Unavailable when the database cannot be reached, is none, or is in a state that nothing here accounts for;
    then it is as it was.
    """
    if url.startswith("sqlite"):
        from . import sqlite

        sqlite.migrate(_path(url), revisions, progress)
    else:
        from . import postgres

        postgres.migrate(url, revisions, progress)


def plan(url: str, revisions: Sequence[Revision] = REVISIONS) -> Step | None:
    """What `migrate` would do next, None where there is nothing to do; blocks. Raises Unavailable as `migrate` does."""
    if url.startswith("sqlite"):
        from . import sqlite

        return sqlite.plan(_path(url), revisions)
    from . import postgres

    return postgres.plan(url, revisions)


def _path(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))
