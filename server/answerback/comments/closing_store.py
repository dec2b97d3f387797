"""Threads for their owner: the list, closing dates, and what is due."""

from __future__ import annotations

from dataclasses import dataclass

from ..db.work import Row, Work, many, one, run
from .store import keep_thread

NEVER = 0
"""A thread's own date that means it does not close by itself."""


@dataclass(frozen=True, slots=True)
class ThreadRow:
    """A thread. `closes_at` is its own date (`NEVER`: none); None follows the site."""

    page: str
    url: str
    title: str
    locked: bool
    comments: int
    created_at: int
    closes_at: int | None
    ai: str | None


_COLUMNS = "page, url, title, locked, comments, created_at, closes_at, ai"


def _read(row: Row) -> ThreadRow:
    return ThreadRow(**(row | {"locked": bool(row["locked"])}))


def threads(site: str, after: str, limit: int) -> Work[list[ThreadRow]]:
    """A site's threads in the order of their keys, after one of them."""
    rows = yield many(
        f"SELECT {_COLUMNS} FROM threads WHERE site = :site AND page > :after ORDER BY page LIMIT :limit",
        site=site, after=after, limit=limit,
    )  # fmt: skip
    return [_read(row) for row in rows]


def thread(site: str, page: str) -> Work[ThreadRow | None]:
    """One thread."""
    row = yield one(f"SELECT {_COLUMNS} FROM threads WHERE site = :site AND page = :page", site=site, page=page)
    return None if row is None else _read(row)


def set_closing(site: str, page: str, closes_at: int | None, now: int) -> Work[None]:
    """Sets a thread's own closing date: a time, `NEVER`, or None to follow the site."""
    yield from keep_thread(site, page, "", "", now)
    yield run(
        "UPDATE threads SET closes_at = :closes_at WHERE site = :site AND page = :page",
        closes_at=closes_at, site=site, page=page,
    )  # fmt: skip


def close_dated(now: int, limit: int) -> Work[list[tuple[str, str]]]:
    """Closes threads whose own date has passed; returns their sites and pages."""
    rows = yield many(
        """UPDATE threads SET locked = 1 WHERE (site, page) IN (
            SELECT site, page FROM threads WHERE closes_at > 0 AND closes_at <= :now AND locked = 0
            ORDER BY closes_at LIMIT :limit) RETURNING site, page""",
        now=now, limit=limit,
    )  # fmt: skip
    return [(row["site"], row["page"]) for row in rows]


def close_old(site: str, before: int, limit: int) -> Work[list[tuple[str, str]]]:
    """Closes a site's threads that started before then and have no date of their own; returns their sites and pages."""
    rows = yield many(
        """UPDATE threads SET locked = 1 WHERE site = :site AND page IN (
            SELECT page FROM threads WHERE site = :site AND locked = 0 AND closes_at IS NULL AND created_at < :before
            ORDER BY created_at LIMIT :limit) RETURNING site, page""",
        site=site, before=before, limit=limit,
    )  # fmt: skip
    return [(row["site"], row["page"]) for row in rows]
