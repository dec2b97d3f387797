"""Counts what each address has started, across all processes."""

from __future__ import annotations

from ...db.work import Work, one


def count(bucket: str, now: int, before: int) -> Work[tuple[int, int]]:
    """Counts one more; returns the count and its start. A count that began before that moment restarts."""
    row = yield one(
        """INSERT INTO paces (bucket, since, count) VALUES (:bucket, :now, 1)
        ON CONFLICT (bucket) DO UPDATE SET
            count = CASE WHEN paces.since <= :before THEN 1 ELSE paces.count + 1 END,
            since = CASE WHEN paces.since <= :before THEN excluded.since ELSE paces.since END
        RETURNING count, since""",
        bucket=bucket, now=now, before=before,
    )  # fmt: skip
    return row["count"], row["since"]
