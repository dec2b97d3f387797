"""The daily limit of answers: reserved before the call, settled or refunded after it, exact under concurrency.

The visitor is counted, the visitor's address (so that a fresh guest is no fresh quota), the page where that is limited,
and the site. Each step is one statement with its condition.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ..core.buckets import (
    BUDGETS,
    address_bucket,
    asks_bucket,
    money_bucket,
    page_bucket,
    reads_bucket,
    searches_bucket,
    site_bucket,
    tokens_bucket,
    visitor_bucket,
)
from ..core.model import Visitor
from ..core.times import day_of, iso, next_midnight
from ..db.sql import in_list
from ..db.work import Work, many, one, run
from ..i18n import cldr
from ..i18n.catalogue import texts
from ..net.addresses import shares
from ..setting_values import limit as read_limit
from ..sites.settings import Site


@dataclass(frozen=True, slots=True)
class Bucket:
    """A daily counter and its limit (None: no limit)."""

    name: str
    limit: int | None
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Alert:
    """A budget (`answers`, `tokens` or `money`) that is four fifths used."""

    site: str
    budget: str
    used: int
    most: int

    def share(self, lang: str) -> str:
        """As owners read it: `8,100 of 10,000 tokens`, `$4.10 of $5.00`."""
        t = texts(lang, "budgets")
        if self.budget == "money":
            used, most = (cldr.us_dollars(t.lang, amount / 1_000_000) for amount in (self.used, self.most))
            return t("money", used=used, most=most)
        return t.counted(self.budget, self.most, used=cldr.number(t.lang, self.used))


@dataclass(frozen=True, slots=True)
class Charge:
    """The cost of a call, in tokens and millionths of a dollar, and its effect on the visitor's quota: spent if an
    answer was `given`, held if it is retried (`again`), else refunded. `lost`: the cost is unknown, so what was
    reserved counts."""

    tokens: int
    microusd: int
    given: bool = True
    again: bool = False
    lost: bool = False


def visitor_limit(site: Site, visitor: Visitor | None) -> int | None:
    """A visitor's answers a day: their own limit, else the site's."""
    if visitor is not None and visitor.daily_answers:
        return read_limit(visitor.daily_answers)
    return site.daily_answers


def buckets(site: Site, visitor: Visitor | None, address_key: str, page: str) -> list[Bucket]:
    """The counters of an answer for this visitor, the visitor's own first."""
    spent = "Today's answers are used up."
    of_address = site.address_daily_answers
    found = [
        Bucket(address_bucket(site.key, key), None if of_address is None else most, "quota_exhausted", spent)
        for key, most in shares(address_key, of_address or 0)
    ]
    found += _of_all(site, page)
    if visitor is not None:
        name = visitor_bucket(site.key, visitor.id)
        found.insert(0, Bucket(name, visitor_limit(site, visitor), "quota_exhausted", spent))
    return found


def _of_all(site: Site, page: str) -> list[Bucket]:
    """The counters shared by all visitors: of this page, of the site."""
    found = [
        Bucket(
            site_bucket(site.key), site.budget_answers, "budget_exhausted", "The site's answers for today are used up."
        )
    ]
    if page and site.page_daily_answers is not None:
        name, spent = page_bucket(site.key, page), "The answers of today on this page are used up."
        found.insert(0, Bucket(name, site.page_daily_answers, "budget_exhausted", spent))
    return found


def reserve_for_site(answer_id: str, site: Site, page: str, now: int) -> Work[bool]:
    """Reserves an answer without a visitor; False, reserving nothing, if page or site have none left."""
    return (yield from _reserve(answer_id, _of_all(site, page), day_of(now, site.timezone))) is None


def reserve(
    answer_id: str, site: Site, visitor: Visitor, address_key: str, page: str, now: int
) -> Work[dict[str, Any] | None]:
    """Reserves one answer in every bucket; returns None, or the refusal `{code, detail, resets_at}` with nothing
    reserved."""
    wanted = buckets(site, visitor, address_key, page)
    full = yield from _reserve(answer_id, wanted, day_of(now, site.timezone))
    if full is None:
        return None
    return {"code": full.code, "detail": full.detail, "resets_at": iso(next_midnight(now, site.timezone))}


def _reserve(answer_id: str, wanted: Sequence[Bucket], day: str) -> Work[Bucket | None]:
    """Reserves one answer in each bucket; returns None, or the first full bucket with nothing reserved."""
    for number, bucket in enumerate(wanted):
        if not (yield from _take(bucket, day)):
            for taken in wanted[:number]:
                yield from _give(taken.name, day, 1)
            return bucket
    for bucket in wanted:
        yield from _hold(answer_id, bucket, day, 1)
    return None


PAGES_A_DAY, ADDRESS_PAGES_A_DAY = 20, 200
"""Pages that are fetched for the questions of one visitor and of one address. What is fresh at hand does not count."""


def may_ask(site: Site, visitor: Visitor, address_key: str, now: int) -> Work[bool]:
    """Counts a question against the per-minute limit of comments, whatever its outcome."""
    most, of_address = site.comments_per_minute, site.address_comments_per_minute
    return (yield from _count(asks_bucket, site, visitor.id, address_key, (most, of_address), iso(now)[:16]))


def may_read(site: Site, visitor_id: str, address_key: str, now: int) -> Work[bool]:
    """Counts a page to be fetched for a question."""
    most = PAGES_A_DAY, ADDRESS_PAGES_A_DAY
    return (yield from _count(reads_bucket, site, visitor_id, address_key, most, day_of(now, site.timezone)))


def may_search(site: Site, address_key: str, now: int) -> Work[bool]:
    """Counts a program's search against its address's per-minute limit."""
    most = site.address_comments_per_minute
    return (yield from _count(searches_bucket, site, "", address_key, (None, most), iso(now)[:16]))


def _count(
    bucket: Callable[[str, str], str], site: Site, visitor_id: str, address_key: str,
    most: tuple[int | None, int | None], time: str,
) -> Work[bool]:  # fmt: skip
    counted = [] if most[0] is None else [(visitor_id, most[0])]
    counted += [] if most[1] is None else shares(address_key, most[1])
    for who, limit in counted:
        if not (yield from _take(Bucket(bucket(site.key, who), limit, "", ""), time)):
            return False
    return True


def _hold(answer_id: str, bucket: Bucket, day: str, amount: int) -> Work[None]:
    yield run(
        "INSERT INTO quota_holds (answer_id, bucket, day, amount) VALUES (:answer_id, :bucket, :day, :amount)",
        answer_id=answer_id, bucket=bucket.name, day=day, amount=amount,
    )  # fmt: skip


def _take(bucket: Bucket, day: str, amount: int = 1) -> Work[bool]:
    """Adds to a counter if the limit allows."""
    if bucket.limit is not None and amount > bucket.limit:
        return False
    row = yield one(
        """INSERT INTO quota_usage (bucket, day, used) VALUES (:bucket, :day, :amount)
        ON CONFLICT (bucket, day) DO UPDATE SET used = quota_usage.used + excluded.used
            WHERE CAST(:most AS BIGINT) < 0 OR quota_usage.used + excluded.used <= CAST(:most AS BIGINT)
        RETURNING used""",
        bucket=bucket.name, day=day, amount=amount, most=-1 if bucket.limit is None else bucket.limit,
    )  # fmt: skip
    return row is not None


def _give(bucket: str, day: str, amount: int) -> Work[None]:
    yield run(
        "UPDATE quota_usage SET used = used - :amount WHERE bucket = :bucket AND day = :day AND used >= :amount",
        bucket=bucket, day=day, amount=amount,
    )  # fmt: skip


def _budgets(site: Site) -> list[Bucket]:
    """A site's daily budgets beside answers: tokens, and money in millionths of a dollar."""
    spent = "The site's budget of today is used up."
    return [
        Bucket(tokens_bucket(site.key), site.budget_tokens, "budget_exhausted", spent),
        Bucket(money_bucket(site.key), site.budget_usd, "budget_exhausted", spent),
    ]


def has_budgets(site: Site) -> bool:
    """Whether tokens or money are limited on this site."""
    return site.budget_tokens is not None or site.budget_usd is not None


def has_room(site: Site, now: int) -> Work[bool]:
    """Whether any of today's tokens and money are left."""
    budgets = [bucket for bucket in _budgets(site) if bucket.limit is not None]
    used = yield from used_of([bucket.name for bucket in budgets], day_of(now, site.timezone))
    return all(used.get(bucket.name, 0) < (bucket.limit or 0) for bucket in budgets)


def reserve_cost(answer_id: str, site: Site, now: int, *, tokens: int, microusd: int) -> Work[bool]:
    """Reserves a call's maximum cost before it is made; False, reserving nothing, if the budgets do not allow it. A
    reservation left by an earlier try counts as spent, since that process died before it could settle."""
    day = day_of(now, site.timezone)
    budgets = list(zip(_budgets(site), (tokens, microusd), strict=True))
    for bucket, _ in budgets:
        yield run(
            "DELETE FROM quota_holds WHERE answer_id = :id AND bucket = :bucket", id=answer_id, bucket=bucket.name
        )
    taken: list[tuple[Bucket, int]] = []
    for bucket, amount in budgets:
        if bucket.limit is None or amount == 0:
            continue
        if not (yield from _take(bucket, day, amount)):
            for other, held in taken:
                yield from _give(other.name, day, held)
            return False
        taken.append((bucket, amount))
    for bucket, amount in taken:
        yield from _hold(answer_id, bucket, day, amount)
    return True


def _release(answer_id: str, bucket: str) -> Work[None]:
    row = yield one(
        "DELETE FROM quota_holds WHERE answer_id = :answer_id AND bucket = :bucket RETURNING day, amount",
        answer_id=answer_id, bucket=bucket,
    )  # fmt: skip
    if row is not None:
        yield from _give(bucket, row["day"], row["amount"])


def settle(answer_id: str, site: Site, now: int, bill: Charge) -> Work[list[Alert]]:
    """Replaces a call's reservation with its actual cost, whatever became of the answer. Returns the budgets that are
    four fifths used for the first time today."""
    for bucket in () if bill.lost else _budgets(site):
        yield from _release(answer_id, bucket.name)
    if bill.given:
        yield run("DELETE FROM quota_holds WHERE answer_id = :answer_id", answer_id=answer_id)
    elif not bill.again:
        yield from refund(answer_id)
    day = day_of(now, site.timezone)
    alerts: list[Alert] = []
    spent = {"tokens": (bill.tokens, site.budget_tokens), "money": (bill.microusd, site.budget_usd)}
    for budget, (amount, limit) in (spent | {"answers": (0, site.budget_answers)}).items():
        if amount > 0:
            yield from _take(Bucket(BUDGETS[budget](site.key), None, "", ""), day, amount)
        alert = yield from _alert(site, budget, limit, day, now)
        if alert is not None:
            alerts.append(alert)
    return alerts


def used_of(names: Sequence[str], day: str) -> Work[dict[str, int]]:
    """The counters of a day that are not zero."""
    listed, params = in_list("name", names)
    rows = yield many(
        f"SELECT bucket, used FROM quota_usage WHERE day = :day AND bucket IN ({listed})", day=day, **params
    )
    return {row["bucket"]: row["used"] for row in rows}


def _alert(site: Site, budget: str, limit: int | None, day: str, now: int) -> Work[Alert | None]:
    if not limit:
        return None
    name = BUDGETS[budget](site.key)
    used = (yield from used_of([name], day)).get(name, 0)
    if used * 5 < limit * 4:
        return None
    first = yield one(
        """INSERT INTO budget_alerts (site, day, budget, used, most, at)
        VALUES (:site, :day, :budget, :used, :most, :now) ON CONFLICT (site, day, budget) DO NOTHING RETURNING site""",
        site=site.key, day=day, budget=budget, used=used, most=limit, now=now,
    )  # fmt: skip
    return Alert(site.key, budget, used, limit) if first else None


def refund(answer_id: str) -> Work[None]:
    """Releases a reservation, on the day it was made, when no answer was given. Idempotent."""
    rows = yield many(
        "DELETE FROM quota_holds WHERE answer_id = :answer_id RETURNING bucket, day, amount", answer_id=answer_id
    )
    for row in rows:
        yield from _give(row["bucket"], row["day"], row["amount"])


def is_held(answer_id: str) -> Work[bool]:
    """Whether something is reserved for this answer."""
    row = yield one("SELECT 1 AS one FROM quota_holds WHERE answer_id = :id LIMIT 1", id=answer_id)
    return row is not None


def view(site: Site, visitor: Visitor | None, address_key: str, page: str, now: int) -> Work[dict[str, Any]]:
    """The visitor's remaining quota on a page: `{limit, used, left, resets_at}`; None means no limit."""
    day = day_of(now, site.timezone)
    limit = visitor_limit(site, visitor)
    found = buckets(site, visitor, address_key, page)
    counts = yield from used_of([bucket.name for bucket in found], day)
    used = 0 if visitor is None else counts.get(visitor_bucket(site.key, visitor.id), 0)
    rests = [max(0, bucket.limit - counts.get(bucket.name, 0)) for bucket in found if bucket.limit is not None]
    left = min(rests if limit is None else [limit, *rests], default=None)
    return {"limit": limit, "used": used, "left": left, "resets_at": iso(next_midnight(now, site.timezone))}
