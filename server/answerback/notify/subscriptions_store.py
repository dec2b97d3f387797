"""Visitors' subscriptions. A subscriber is an address on one site; its subscriptions were requested by visitors, and
are active once the address has confirmed them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..core.subscriptions import Channel, SubscriptionKind
from ..db.sql import in_list
from ..db.work import Row, Work, many, one, run


@dataclass(frozen=True, slots=True)
class Subscriber:
    """An address on a site, and the language of its mail. A feed's address is its own id."""

    id: str
    site: str
    channel: Channel
    address: str
    lang: str
    told_at: int = 0
    """When it was last notified, in ms."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscription to a topic; times in ms. `page` is empty for replies, which cover the whole site."""

    id: str
    site: str
    subscriber_id: str
    visitor_id: str
    kind: SubscriptionKind
    page: str
    created_at: int
    confirmed_at: int | None
    expires_at: int | None
    channel: Channel
    address: str


_COLUMNS = """s.id, s.site, s.subscriber_id, s.visitor_id, s.kind, s.page, s.created_at, s.confirmed_at, s.expires_at,
    r.channel, r.address"""
_FROM = "FROM subscriptions s JOIN subscribers r ON r.id = s.subscriber_id"
_ALIVE = "(s.confirmed_at IS NOT NULL OR s.expires_at > :now)"
_NOBODY_LEFT = """DELETE FROM subscribers WHERE id = :id
    AND NOT EXISTS (SELECT 1 FROM subscriptions s WHERE s.subscriber_id = subscribers.id)"""
MOST = 500
"""The number of subscriptions shown together."""


def _subscriber(row: Row) -> Subscriber:
    return Subscriber(**{name: row[name] for name in Subscriber.__slots__})


def _subscription(row: Row) -> Subscription:
    return Subscription(**{name: row[name] for name in Subscription.__slots__})


# ---- asking


def keep_subscriber(made: Subscriber, now: int) -> Work[Subscriber]:
    """Stores the subscriber with this address, with the language used last; once the address has confirmed a
    subscription, nobody else changes its language."""
    row = yield one(
        """INSERT INTO subscribers (id, site, channel, address, lang, created_at)
        VALUES (:id, :site, :channel, :address, :lang, :now)
        ON CONFLICT (site, channel, address) DO UPDATE SET lang = CASE WHEN EXISTS (
                SELECT 1 FROM subscriptions s WHERE s.subscriber_id = subscribers.id AND s.confirmed_at IS NOT NULL)
            THEN subscribers.lang ELSE excluded.lang END
        RETURNING *""",
        id=made.id, site=made.site, channel=made.channel, address=made.address, lang=made.lang, now=now,
    )  # fmt: skip
    return _subscriber(row)


def set_language(id: str, lang: str) -> Work[None]:
    """Sets the language of messages to a subscriber."""
    yield run("UPDATE subscribers SET lang = :lang WHERE id = :id", lang=lang, id=id)


def keep(made: Subscription) -> Work[Subscription]:
    """Stores a subscription; a confirmed one stays confirmed."""
    row = yield one(
        """INSERT INTO subscriptions (id, site, subscriber_id, visitor_id, kind, page, created_at, confirmed_at,
            expires_at)
        VALUES (:id, :site, :subscriber, :visitor, :kind, :page, :created_at, :confirmed_at, :expires_at)
        ON CONFLICT (subscriber_id, visitor_id, kind, page) DO UPDATE SET
            confirmed_at = COALESCE(subscriptions.confirmed_at, excluded.confirmed_at),
            expires_at = CASE WHEN COALESCE(subscriptions.confirmed_at, excluded.confirmed_at) IS NULL
                THEN excluded.expires_at END
        RETURNING id, confirmed_at, expires_at""",
        id=made.id, site=made.site, subscriber=made.subscriber_id, visitor=made.visitor_id, kind=made.kind,
        page=made.page, created_at=made.created_at, confirmed_at=made.confirmed_at, expires_at=made.expires_at,
    )  # fmt: skip
    values = {name: getattr(made, name) for name in Subscription.__slots__}
    return Subscription(**(values | dict(row)))


def has_confirmed(subscriber: str, visitor: str) -> Work[bool]:
    """Whether this address has confirmed before that it belongs to that visitor."""
    row = yield one(
        """SELECT 1 AS one FROM subscriptions WHERE subscriber_id = :subscriber AND visitor_id = :visitor
        AND confirmed_at IS NOT NULL LIMIT 1""",
        subscriber=subscriber, visitor=visitor,
    )  # fmt: skip
    return row is not None


def own_address(site: str, visitor: str) -> Work[str]:
    """The confirmed address of a visitor's account; empty if there is none."""
    row = yield one(
        """SELECT email FROM visitors WHERE site = :site AND id = :id AND email IS NOT NULL
        AND email_verified_at IS NOT NULL""",
        site=site, id=visitor,
    )  # fmt: skip
    return "" if row is None else row["email"]


def known(site: str, visitor: str) -> Work[str]:
    """The address that a visitor confirmed last; empty if there is none."""
    rows = yield many(
        f"""SELECT r.address, s.confirmed_at {_FROM} WHERE s.visitor_id = :visitor AND s.site = :site
        AND r.channel = 'email' AND s.confirmed_at IS NOT NULL""",
        visitor=visitor, site=site,
    )  # fmt: skip
    latest = max(rows, key=lambda row: row["confirmed_at"], default={"address": ""})
    return str(latest["address"])


# ---- confirming


def pending(id: str, now: int) -> Work[tuple[Subscriber, list[Subscription]] | None]:
    """A subscription's subscriber, and its visitor's subscriptions that this address has yet to confirm, possibly none;
    None if the subscription is gone or expired."""
    row = yield one(
        f"SELECT s.subscriber_id, s.visitor_id FROM subscriptions s WHERE s.id = :id AND {_ALIVE}", id=id, now=now
    )
    found = None if row is None else (yield from subscriber_by_id(row["subscriber_id"]))
    if found is None:
        return None
    rows = yield many(
        f"""SELECT {_COLUMNS} {_FROM} WHERE s.subscriber_id = :subscriber AND s.visitor_id = :visitor
        AND s.confirmed_at IS NULL AND s.expires_at > :now ORDER BY s.created_at, s.id""",
        subscriber=found.id, visitor=row["visitor_id"], now=now,
    )  # fmt: skip
    return found, [_subscription(each) for each in rows]


def confirm(subscriber: str, visitor: str, now: int) -> Work[None]:
    """Confirms that visitor's subscriptions for the address."""
    yield run(
        """UPDATE subscriptions SET confirmed_at = :now, expires_at = NULL WHERE subscriber_id = :subscriber
        AND visitor_id = :visitor AND confirmed_at IS NULL AND expires_at > :now""",
        now=now, subscriber=subscriber, visitor=visitor,
    )  # fmt: skip


# ---- looking


def subscriber_by_id(id: str) -> Work[Subscriber | None]:
    """The subscriber with this id."""
    row = yield one("SELECT * FROM subscribers WHERE id = :id", id=id)
    return None if row is None else _subscriber(row)


def of_subscriber(id: str, now: int) -> Work[list[Subscription]]:
    """An address's subscriptions, active and pending."""
    rows = yield many(
        f"""SELECT {_COLUMNS} {_FROM} WHERE s.subscriber_id = :id AND {_ALIVE} LIMIT :most""",
        id=id, now=now, most=MOST,
    )  # fmt: skip
    return _in_order(rows)


def of_visitor(site: str, visitor: str, now: int) -> Work[list[Subscription]]:
    """A visitor's subscriptions."""
    rows = yield many(
        f"""SELECT {_COLUMNS} {_FROM} WHERE s.visitor_id = :visitor AND s.site = :site AND {_ALIVE} LIMIT :most""",
        visitor=visitor, site=site, now=now, most=MOST,
    )  # fmt: skip
    return _in_order(rows)


def _in_order(rows: Sequence[Row]) -> list[Subscription]:
    """Sorts subscriptions by creation; a person has too few to need an index."""
    return sorted((_subscription(row) for row in rows), key=lambda each: (each.created_at, each.id))


def titles(site: str, subscriber: str) -> Work[dict[str, tuple[str, str]]]:
    """Title and URL of the pages that an address follows, as far as known."""
    rows = yield many(
        """SELECT t.page, t.title, t.url FROM subscriptions s JOIN threads t ON t.site = s.site AND t.page = s.page
        WHERE s.subscriber_id = :subscriber AND s.site = :site AND s.kind = 'thread'""",
        subscriber=subscriber, site=site,
    )  # fmt: skip
    return {row["page"]: (row["title"], row["url"]) for row in rows}


# ---- stopping


def remove(site: str, visitor: str, id: str) -> Work[bool]:
    """Ends one of a visitor's subscriptions; returns whether it existed."""
    row = yield one(
        "DELETE FROM subscriptions WHERE id = :id AND visitor_id = :visitor AND site = :site RETURNING subscriber_id",
        id=id, visitor=visitor, site=site,
    )  # fmt: skip
    if row is not None:
        yield run(_NOBODY_LEFT, id=row["subscriber_id"])
    return row is not None


def remove_of(subscriber: str, id: str) -> Work[None]:
    """Ends one subscription of an address."""
    yield run("DELETE FROM subscriptions WHERE id = :id AND subscriber_id = :subscriber", id=id, subscriber=subscriber)
    yield run(_NOBODY_LEFT, id=subscriber)


def remove_subscriber(id: str) -> Work[None]:
    """Ends all subscriptions of an address, and deletes it."""
    yield run("DELETE FROM subscribers WHERE id = :id", id=id)


def stop_address(hash: str, address: str, reason: str, now: int, until: int) -> Work[None]:
    """Stops all mail to an address on every site until then, after a bounce or a complaint."""
    yield run(
        """INSERT INTO stopped_addresses (hash, reason, at, expires_at) VALUES (:hash, :reason, :now, :until)
        ON CONFLICT (hash) DO UPDATE SET reason = excluded.reason, at = excluded.at,
            expires_at = CASE WHEN excluded.expires_at > stopped_addresses.expires_at THEN excluded.expires_at
                ELSE stopped_addresses.expires_at END""",
        hash=hash, reason=reason, now=now, until=until,
    )  # fmt: skip
    yield run("DELETE FROM subscribers WHERE channel = 'email' AND address = :address", address=address)


def is_stopped(hashes: Sequence[str], now: int) -> Work[bool]:
    """Whether mail to an address with one of these hashes is stopped."""
    listed, values = in_list("hash", hashes)
    row = yield one(
        f"SELECT 1 AS one FROM stopped_addresses WHERE hash IN ({listed}) AND expires_at > :now LIMIT 1",
        now=now, **values,
    )  # fmt: skip
    return row is not None
