"""Visitors' pending notifications: their events, recipients and outcomes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..comments.store import BODY, COLUMNS, FROM, read_comment
from ..core.model import Comment
from ..core.subscriptions import What
from ..db.sql import in_list
from ..db.work import Row, Work, many, one, run

BATCH = 500
SHOWN = 20
"""Deliveries in one message at most."""
_NOT_ONES_OWN = """NOT EXISTS (SELECT 1 FROM subscriptions o WHERE o.subscriber_id = s.subscriber_id
    AND o.visitor_id = :author AND o.confirmed_at IS NOT NULL)"""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event for one subscriber, as part of `message`."""

    id: str
    comment_id: str
    what: What
    message: str


@dataclass(frozen=True, slots=True)
class Happened:
    """An event of a visible comment: its recipients, and the key under which it is delivered once."""

    comment_id: str
    site: str
    page: str
    key: str
    author: str
    """The visitor who wrote it; empty for the owner and the AI."""
    to: str
    """The visitor whom it answers; empty if there is none."""
    what: What
    """What it is for that visitor."""
    at: int
    """The time in ms; for an answer, that of its last change."""


def take() -> Work[list[tuple[str, str, bool]]]:
    """Takes recorded events, at most `BATCH`: comment IDs, sites, and whether each is news at any age. They are deleted
    in the same write."""
    rows = yield many(
        "SELECT comment_id, site, fresh FROM subscription_news WHERE comment_id > '' ORDER BY comment_id LIMIT :most",
        most=BATCH,
    )
    listed, values = in_list("id", [row["comment_id"] for row in rows])
    if rows:
        yield run(f"DELETE FROM subscription_news WHERE comment_id IN ({listed})", **values)
    return [(row["comment_id"], row["site"], bool(row["fresh"])) for row in rows]


def asked_by(site: str, id: str) -> Work[str]:
    """The visitor who wrote a comment; empty if unknown."""
    row = yield one("SELECT visitor_id FROM comments WHERE site = :site AND id = :id", site=site, id=id)
    return "" if row is None or row["visitor_id"] is None else row["visitor_id"]


def subscribers_of_replies(happened: Happened) -> Work[list[str]]:
    """The subscribers to replies of the visitor whom the comment answers, except its author."""
    rows = yield many(
        f"""SELECT DISTINCT s.subscriber_id FROM subscriptions s JOIN subscribers r ON r.id = s.subscriber_id
        WHERE s.visitor_id = :to AND s.kind = 'replies' AND s.site = :site AND s.confirmed_at IS NOT NULL
            AND r.channel = 'email' AND {_NOT_ONES_OWN}""",
        to=happened.to, site=happened.site, author=happened.author,
    )  # fmt: skip
    return [row["subscriber_id"] for row in rows]


def followers(happened: Happened, after: str, most: int) -> Work[tuple[list[str], str]]:
    """The next batch of the page's followers after this id, except the comment's author, and where to continue."""
    rows = yield many(
        f"""SELECT s.subscriber_id, CASE WHEN {_NOT_ONES_OWN} THEN 1 ELSE 0 END AS tell
        FROM subscriptions s WHERE s.site = :site AND s.kind = 'thread' AND s.page = :page
            AND s.subscriber_id > :after AND s.confirmed_at IS NOT NULL
        ORDER BY s.subscriber_id LIMIT :most""",
        site=happened.site, page=happened.page, author=happened.author, after=after, most=most,
    )  # fmt: skip
    told = dict.fromkeys(row["subscriber_id"] for row in rows if row["tell"])
    return list(told), rows[-1]["subscriber_id"] if len(rows) == most else ""


def put(id: str, subscriber: str, happened: Happened, what: What) -> Work[int | None]:
    """Adds a delivery; returns when the subscriber was last notified, or None if this event was delivered before."""
    row = yield one(
        """INSERT INTO subscription_deliveries (id, subscriber_id, site, page, comment_id, what, key, at, state)
        VALUES (:id, :subscriber, :site, :page, :comment, :what, :key, :at, 'waiting')
        ON CONFLICT (subscriber_id, key) DO NOTHING
        RETURNING (SELECT told_at FROM subscribers WHERE id = :subscriber) AS told_at""",
        id=id, subscriber=subscriber, site=happened.site, page=happened.page, comment=happened.comment_id, what=what,
        key=happened.key, at=happened.at,
    )  # fmt: skip
    return None if row is None else int(row["told_at"])


# ---- messages


def next_message(subscriber: str, page: str, id: str) -> Work[list[Delivery]]:
    """The deliveries of the next message to a subscriber about a page: those of an unsent message, or everything
    waiting, under this id."""
    rows = yield many(
        """SELECT id, message FROM subscription_deliveries WHERE subscriber_id = :subscriber AND page = :page
        AND state = 'waiting' ORDER BY message DESC, at, comment_id LIMIT :most""",
        subscriber=subscriber, page=page, most=SHOWN,
    )  # fmt: skip
    if rows and not rows[0]["message"]:
        listed, values = in_list("id", [row["id"] for row in rows])
        yield run(f"UPDATE subscription_deliveries SET message = :message WHERE id IN ({listed})", message=id, **values)
    message = (rows[0]["message"] or id) if rows else ""
    found: list[Row] = yield many(
        """SELECT id, comment_id, what, message FROM subscription_deliveries WHERE subscriber_id = :subscriber
        AND page = :page AND state = 'waiting' AND message = :message ORDER BY at, comment_id""",
        subscriber=subscriber, page=page, message=message,
    )  # fmt: skip
    return [Delivery(**row) for row in found]


def settle(subscriber: str, deliveries: Sequence[Delivery], sent: Sequence[Delivery], now: int) -> Work[None]:
    """Marks deliveries as sent or, if they were left out, as gone."""
    for delivery in deliveries:
        yield run(
            "UPDATE subscription_deliveries SET state = :state WHERE id = :id",
            state="sent" if delivery in sent else "gone", id=delivery.id,
        )  # fmt: skip
    if sent:
        yield run("UPDATE subscribers SET told_at = :now WHERE id = :id", now=now, id=subscriber)


def is_waiting(subscriber: str, page: str) -> Work[bool]:
    """Whether a subscriber has more deliveries waiting for a page."""
    row = yield one(
        """SELECT 1 AS one FROM subscription_deliveries WHERE subscriber_id = :subscriber AND page = :page
        AND state = 'waiting' LIMIT 1""",
        subscriber=subscriber, page=page,
    )  # fmt: skip
    return row is not None


def is_wanted(delivery: str, to: str) -> Work[bool]:
    """Whether its subscriber still has a subscription for it; `to`: the visitor whom the comment answers, or empty."""
    row = yield one(
        """SELECT 1 AS one FROM subscription_deliveries d JOIN subscriptions s ON s.subscriber_id = d.subscriber_id
        WHERE d.id = :id AND s.confirmed_at IS NOT NULL
            AND ((s.kind = 'thread' AND s.page = d.page) OR (s.kind = 'replies' AND s.visitor_id = :to)) LIMIT 1""",
        id=delivery,
        to=to,
    )
    return row is not None


# ---- feeds


def replies_to(site: str, subscriber: str, most: int) -> Work[list[Comment]]:
    """The newest replies, AI replies included, to the newest comments of a feed's visitor, newest first."""
    rows = yield many(
        f"""SELECT {COLUMNS} {FROM} WHERE c.site = :site AND c.state = 'published' AND {BODY} <> ''
        AND (a.id IS NULL OR a.state NOT IN ('failed', 'withheld')) AND c.parent_id IN (
            SELECT id FROM comments WHERE visitor_id = (
                SELECT visitor_id FROM subscriptions WHERE subscriber_id = :subscriber)
            ORDER BY created_at DESC LIMIT 500)
        AND (c.visitor_id IS NULL OR c.visitor_id <> (
            SELECT visitor_id FROM subscriptions WHERE subscriber_id = :subscriber))
        ORDER BY c.created_at DESC, c.id DESC LIMIT :most""",
        site=site, subscriber=subscriber, most=most,
    )  # fmt: skip
    return [read_comment(row) for row in rows]
