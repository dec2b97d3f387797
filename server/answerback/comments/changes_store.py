"""Changes of threads, recorded by database triggers: they invalidate cached threads and update the comment counts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from ..db.work import Work, many, one, run

COUNT = """t.comments + COALESCE((SELECT CAST(SUM(n.published) AS BIGINT) FROM thread_changes n
    WHERE n.site = t.site AND n.page = t.page), 0)"""
"""The number of published comments of thread `t`: the last count plus the changes recorded since."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a thread."""

    id: int
    site: str
    page: str


def newest_change() -> Work[int]:
    """The id of the newest change, 0 before the first."""
    row = yield one("SELECT MAX(id) AS id FROM thread_changes")
    return row["id"] or 0


def changes_after(id: int, most: int) -> Work[tuple[list[Change], int, int]]:
    """The first `most` changes after an id, and the ids of the oldest and newest recorded ones (0 if none)."""
    rows = yield many(
        "SELECT id, site, page FROM thread_changes WHERE id > :id ORDER BY id LIMIT :most", id=id, most=most
    )
    ends = yield one(
        """SELECT (SELECT MIN(id) FROM thread_changes) AS oldest, (SELECT MAX(id) FROM thread_changes) AS newest"""
    )
    return [Change(row["id"], row["site"], row["page"]) for row in rows], ends["oldest"] or 0, ends["newest"] or 0


def count_changes(before: int, most: int) -> Work[bool]:
    """Updates counts from the oldest `most` changes before an id; returns whether there may be more. Keeps the newest
    change, because new ids continue from it."""
    rows = yield many(
        "SELECT id, site, page, published FROM thread_changes WHERE id < :before ORDER BY id LIMIT :most",
        before=before, most=most,
    )  # fmt: skip
    if not rows:
        return False
    published: Counter[tuple[str, str]] = Counter()
    for row in rows:
        published[row["site"], row["page"]] += row["published"]
    for (site, page), more in published.items():
        yield run(
            "UPDATE threads SET comments = comments + :more WHERE site = :site AND page = :page",
            more=more, site=site, page=page,
        )  # fmt: skip
    yield run("DELETE FROM thread_changes WHERE id <= :last", last=rows[-1]["id"])
    return len(rows) == most
