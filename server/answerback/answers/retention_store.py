"""What goes once a site's retention is over, a stretch of rows at a time.

Each walks an index by time, and says where it got to: the next stretch begins there.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..db.sql import in_list
from ..db.work import Row, Work, many, run


@dataclass(frozen=True, slots=True)
class Stretch:
    """At most `most` rows of a site from `after` on that are older than `before`."""

    site: str
    after: int
    before: int
    most: int


def forget_addresses(of: Stretch) -> Work[int | None]:
    """Removes the hashed addresses that comments and reports of them came from; returns the time of the last row, None
    at the end."""
    rows = yield many(
        """SELECT id, created_at AS at FROM comments WHERE site = :site AND created_at >= :after
        AND created_at < :before ORDER BY created_at, id LIMIT :most""",
        site=of.site, after=of.after, before=of.before, most=of.most,
    )  # fmt: skip
    if rows:
        ids, params = in_list("id", [row["id"] for row in rows])
        yield run(f"UPDATE comments SET address_key = NULL WHERE id IN ({ids}) AND address_key IS NOT NULL", **params)
        yield run(f"UPDATE reports SET address_key = '' WHERE comment_id IN ({ids}) AND address_key <> ''", **params)
    return _end(rows, of)


def forget_askers_addresses(of: Stretch) -> Work[int | None]:
    """As `forget_addresses`, of what was asked."""
    rows = yield many(
        """SELECT id, settled_at AS at FROM answers WHERE site = :site AND settled_at >= :after
        AND settled_at < :before ORDER BY settled_at LIMIT :most""",
        site=of.site, after=of.after, before=of.before, most=of.most,
    )  # fmt: skip
    if rows:
        ids, params = in_list("id", [row["id"] for row in rows])
        yield run(f"UPDATE answers SET address_key = '' WHERE id IN ({ids}) AND address_key <> ''", **params)
    return _end(rows, of)


def forget_private(of: Stretch) -> Work[int | None]:
    """Deletes private questions and the words of their answers; what those cost stays."""
    rows = yield many(
        """SELECT id, created_at AS at FROM questions WHERE site = :site AND created_at >= :after
        AND created_at < :before ORDER BY created_at, id LIMIT :most""",
        site=of.site, after=of.after, before=of.before, most=of.most,
    )  # fmt: skip
    if rows:
        ids, params = in_list("id", [row["id"] for row in rows])
        answers = f"SELECT id FROM answers WHERE question_id IN ({ids}) AND kind = 'chat'"
        yield run(f"UPDATE reviewables SET state = 'closed' WHERE state = 'open' AND id IN ({answers})", **params)
        yield run(f"UPDATE feedback SET reason = '' WHERE answer_id IN ({answers})", **params)
        yield run(
            f"""UPDATE answers SET body = '', html = '', sources = '[]', title = '', url = '', passages = '[]',
                hint = '', visitor_id = '', address_key = '' WHERE question_id IN ({ids}) AND kind = 'chat'""",
            **params,
        )  # fmt: skip
        yield run(f"DELETE FROM questions WHERE id IN ({ids})", **params)
    return _end(rows, of)


_REFERRING = (
    "SELECT 1 FROM comments x WHERE x.parent_id = c.id",
    "SELECT 1 FROM answers x WHERE x.question_id = c.id",
    *(
        f"SELECT 1 FROM {table} x WHERE x.comment_id = c.id"
        for table in ("reports", "answer_revisions", "held_edits", "moderation_statements")
    ),
)


def forget_deleted(of: Stretch) -> Work[int | None]:
    """Removes deleted comments for good, unless a reply, an answer, a report or a decision refers to them."""
    rows = yield many(
        """SELECT id, created_at AS at FROM comments WHERE site = :site AND state = 'deleted'
        AND created_at >= :after AND created_at < :before ORDER BY created_at, id LIMIT :most""",
        site=of.site, after=of.after, before=of.before, most=of.most,
    )  # fmt: skip
    if rows:
        ids, params = in_list("id", [row["id"] for row in rows])
        free = " AND ".join(f"NOT EXISTS ({sql})" for sql in _REFERRING)
        found = yield many(
            f"SELECT id FROM comments c WHERE id IN ({ids}) AND author_kind <> 'ai' AND {free}", **params
        )
        if found:
            gone, params = in_list("id", [row["id"] for row in found])
            for table, key in (("votes", "comment_id"), ("reviewables", "id"), ("comments", "id")):
                yield run(f"DELETE FROM {table} WHERE {key} IN ({gone})", **params)
    return _end(rows, of)


def _end(rows: list[Row], of: Stretch) -> int | None:
    return rows[-1]["at"] if len(rows) == of.most else None
