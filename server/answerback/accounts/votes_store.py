"""Votes and their totals. Totals change by each vote, because imported votes have no rows."""

from __future__ import annotations

from ..core.comments import best_score
from ..db.work import Work, many, one, run


def vote(comment_id: str, visitor_id: str, value: int, *, counts: bool = True) -> Work[tuple[int, int]]:
    """Sets a visitor's vote (1, 0 or -1); returns the comment's new counts, which may exclude it. The caller must check
    that voting is allowed."""
    ids = {"comment_id": comment_id, "visitor_id": visitor_id}
    row = yield one(
        "SELECT value, counted FROM votes WHERE comment_id = :comment_id AND visitor_id = :visitor_id", **ids
    )
    before, after = 0 if row is None else row["value"] * row["counted"], value * counts
    if value:
        yield run(
            """INSERT INTO votes (comment_id, visitor_id, value, page, counted)
            SELECT id, :visitor_id, CAST(:value AS BIGINT), page, CAST(:counted AS SMALLINT) FROM comments
            WHERE id = :comment_id
            ON CONFLICT (comment_id, visitor_id) DO UPDATE SET value = excluded.value, counted = excluded.counted""",
            value=value, counted=int(counts), **ids,
        )  # fmt: skip
    else:
        yield run("DELETE FROM votes WHERE comment_id = :comment_id AND visitor_id = :visitor_id", **ids)
    return (yield from count(comment_id, up=(after == 1) - (before == 1), down=(after == -1) - (before == -1)))


def take_away(sql: str, **ids: str) -> Work[None]:
    """Runs a DELETE of votes and subtracts them from the counts."""
    for row in (yield many(f"{sql} RETURNING comment_id, value * counted AS value", **ids)):
        yield from count(row["comment_id"], up=-(row["value"] == 1), down=-(row["value"] == -1))


def count(comment_id: str, *, up: int, down: int) -> Work[tuple[int, int]]:
    """Adds votes to a comment's counts and updates its rank; returns the new counts."""
    row = yield one(
        "UPDATE comments SET up = up + :up, down = down + :down WHERE id = :id RETURNING up, down",
        up=up, down=down, id=comment_id,
    )  # fmt: skip
    yield run(
        "UPDATE comments SET score = :score WHERE id = :id", score=best_score(row["up"], row["down"]), id=comment_id
    )
    return row["up"], row["down"]
