"""The limit of answers a day: held before the call, settled or given back after it, exact under concurrency.

Three buckets are counted: the visitor, the visitor's address (so that a fresh guest is no fresh quota), and the site's
own budget. Each step is one statement with its condition.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..core.model import Visitor
from ..core.times import day_of, iso, next_midnight
from ..db import Work, many, one, run
from ..settings import limit as read_limit
from ..sites.settings import Site


@dataclass(frozen=True, slots=True)
class Bucket:
    """One count of a day and its limit (None: no limit)."""

    name: str
    limit: int | None
    code: str
    detail: str


def visitor_limit(site: Site, visitor: Visitor | None) -> int | None:
    """Answers a day for this visitor: the visitor's own limit, else the site's."""
    if visitor is not None and visitor.daily_answers:
        return read_limit(visitor.daily_answers)
    return site.daily_answers


def buckets(site: Site, visitor: Visitor | None, address_key: str) -> list[Bucket]:
    """The counts that an answer for this visitor goes into, the visitor's own first."""
    spent = "Today's answers are used up."
    found = [
        Bucket(f"address:{site.key}:{address_key}", site.address_daily_answers, "quota_exhausted", spent),
        Bucket(f"site:{site.key}", site.budget_answers, "budget_exhausted", "The site's answers of today are used up."),
    ]
    if visitor is not None:
        name = f"visitor:{site.key}:{visitor.id}"
        found.insert(0, Bucket(name, visitor_limit(site, visitor), "quota_exhausted", spent))
    return found


def reserve(answer_id: str, site: Site, visitor: Visitor, address_key: str, now: int) -> Work[dict[str, Any] | None]:
    """Hold one answer in every bucket; None when held, else the refusal `{code, detail, resets_at}`, nothing held."""
    day = day_of(now, site.timezone)
    refused = yield from _over_budget(site, day)
    taken: list[Bucket] = []
    for bucket in buckets(site, visitor, address_key):
        if refused is None and not (yield from _take(bucket, day)):
            refused = bucket
        if refused is not None:
            break
        taken.append(bucket)
    if refused is not None:
        for bucket in taken:
            yield from _give(bucket.name, day)
        resets_at = iso(next_midnight(now, site.timezone))
        return {"code": refused.code, "detail": refused.detail, "resets_at": resets_at}
    for bucket in taken:
        yield run(
            "INSERT INTO quota_holds (answer_id, bucket, day) VALUES (:answer_id, :bucket, :day)",
            answer_id=answer_id, bucket=bucket.name, day=day,
        )  # fmt: skip
    return None


def _take(bucket: Bucket, day: str) -> Work[bool]:
    if bucket.limit == 0:
        return False
    row = yield one(
        """INSERT INTO quota_usage (bucket, day, used) VALUES (:bucket, :day, 1)
        ON CONFLICT (bucket, day) DO UPDATE SET used = quota_usage.used + 1
            WHERE CAST(:most AS BIGINT) < 0 OR quota_usage.used < CAST(:most AS BIGINT)
        RETURNING used""",
        bucket=bucket.name, day=day, most=-1 if bucket.limit is None else bucket.limit,
    )  # fmt: skip
    return row is not None


def _give(bucket: str, day: str) -> Work[None]:
    yield run(
        "UPDATE quota_usage SET used = used - 1 WHERE bucket = :bucket AND day = :day AND used > 0",
        bucket=bucket,
        day=day,
    )


def _over_budget(site: Site, day: str) -> Work[Bucket | None]:
    for name, limit in ((f"tokens:{site.key}", site.budget_tokens), (f"money:{site.key}", site.budget_usd)):
        if limit is None:
            continue
        row = yield one("SELECT used FROM quota_usage WHERE bucket = :bucket AND day = :day", bucket=name, day=day)
        if (row["used"] if row else 0) >= limit:
            return Bucket(name, limit, "budget_exhausted", "The site's budget of today is used up.")
    return None


def settle(answer_id: str, site: Site, now: int, *, tokens: int, microusd: int) -> Work[None]:
    """The answer was given: what was held is spent, and what it cost counts against the site's budgets."""
    yield run("DELETE FROM quota_holds WHERE answer_id = :answer_id", answer_id=answer_id)
    day = day_of(now, site.timezone)
    for name, amount in ((f"tokens:{site.key}", tokens), (f"money:{site.key}", microusd)):
        if amount > 0:
            yield run(
                """INSERT INTO quota_usage (bucket, day, used) VALUES (:bucket, :day, :amount)
                ON CONFLICT (bucket, day) DO UPDATE SET used = quota_usage.used + excluded.used""",
                bucket=name, day=day, amount=amount,
            )  # fmt: skip


def refund(answer_id: str) -> Work[None]:
    """The answer was not given: what was held is free again, on the day it was held. A second call does nothing."""
    rows = yield many("DELETE FROM quota_holds WHERE answer_id = :answer_id RETURNING bucket, day", answer_id=answer_id)
    for row in rows:
        yield from _give(row["bucket"], row["day"])


def is_held(answer_id: str) -> Work[bool]:
    """Whether something is held for this answer."""
    row = yield one("SELECT 1 AS one FROM quota_holds WHERE answer_id = :id LIMIT 1", id=answer_id)
    return row is not None


def view(site: Site, visitor: Visitor | None, address_key: str, now: int) -> Work[dict[str, Any]]:
    """What is left for today, as the visitor sees it: `{limit, used, left, resets_at}`; None is no limit."""
    day = day_of(now, site.timezone)
    limit, used = visitor_limit(site, visitor), 0
    left: int | None = limit
    for bucket in buckets(site, visitor, address_key):
        row = yield one(
            "SELECT used FROM quota_usage WHERE bucket = :bucket AND day = :day", bucket=bucket.name, day=day
        )
        count = row["used"] if row else 0
        if bucket.name.startswith("visitor:"):
            used = count
        if bucket.limit is not None:
            rest = max(0, bucket.limit - count)
            left = rest if left is None else min(left, rest)
    return {"limit": limit, "used": used, "left": left, "resets_at": iso(next_midnight(now, site.timezone))}
