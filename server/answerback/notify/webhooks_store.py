"""Webhooks, their cursors and their deliveries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ..core.webhooks import KEEP_SECRET_MS, Event
from ..db.work import Row, Work, many, one, run

BATCH = 500
KEEP_MS = 30 * 24 * 3_600_000
"""How long deliveries are kept."""
State = Literal["waiting", "done", "failed", "gone"]
_WINDOW = "r.opened_at > :after AND r.opened_at <= :until"
# An event that was decided before the job ran still counts.
_OPENED = f"""SELECT r.id AS subject, r.id || ':' || CAST(r.opened_at AS TEXT) AS mark, r.opened_at AS at
    FROM reviewables r WHERE r.site = :site AND r.kind = '{{0}}' AND r.state = 'open' AND {_WINDOW}
    UNION ALL SELECT r.id, r.id || ':' || CAST(r.opened_at AS TEXT), r.opened_at
    FROM reviewables r WHERE r.site = :site AND r.kind = '{{0}}' AND r.decided_at > :after
        AND r.state IN ('approved', 'hidden', 'spam', 'dismissed') AND {_WINDOW}"""
_EVENTS: Mapping[Event, str] = {
    # An approval publishes what was not published before; approving an edit does not.
    "comment.published": """SELECT c.id AS subject, c.id AS mark, c.created_at AS at FROM comments c
        WHERE c.site = :site AND c.created_at > :after AND c.created_at <= :until AND c.state = 'published'
            AND c.author_kind <> 'ai'
        UNION ALL SELECT c.id, c.id, r.decided_at FROM reviewables r JOIN comments c ON c.id = r.id
        WHERE r.site = :site AND r.decided_at > :after AND r.decided_at <= :until AND r.state = 'approved'
            AND r.undo NOT LIKE :published AND c.state = 'published' AND c.author_kind <> 'ai'""",
    "comment.held": _OPENED.format("held"),
    "comment.reported": _OPENED.format("reported"),
    "answer.settled": """SELECT a.id AS subject, a.id || ':' || CAST(a.settled_at AS TEXT) AS mark, a.settled_at AS at
        FROM answers a WHERE a.site = :site AND a.settled_at > :after AND a.settled_at <= :until AND a.kind = 'thread'
            AND a.state IN ('done', 'stopped', 'failed', 'withheld')""",
    "question.unanswered": _OPENED.format("unanswered"),
}


@dataclass(frozen=True, slots=True)
class Webhook:
    """A site's endpoint; times in ms. While the old secret is kept, both sign."""

    id: str
    site: str
    url: str
    format: str
    events: tuple[Event, ...]
    secret: str
    old_secret: str
    old_until: int
    active: bool
    failing_since: int | None
    """When the first of the current failures occurred."""
    paused_at: int | None
    """When the server itself paused it."""
    told_at: int
    created_at: int
    owner_id: str
    """The owner who set it up or changed it last; buttons in its messages decide in their name."""

    def secrets(self, now: int) -> list[str]:
        """The secrets that sign now."""
        return [self.secret, self.old_secret] if self.old_secret and now < self.old_until else [self.secret]


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event for one webhook. `code` is the HTTP status of the last try, or 0 with the reason in `problem`."""

    id: str
    webhook_id: str
    site: str
    event: str
    subject: str
    at: int
    state: State
    tries: int
    code: int
    problem: str
    tried_at: int | None


def _webhook(row: Row) -> Webhook:
    values = {name: row[name] for name in Webhook.__slots__}
    return Webhook(**(values | {"events": tuple(row["events"].split()), "active": bool(row["active"])}))


def _delivery(row: Row) -> Delivery:
    return Delivery(**{name: row[name] for name in Delivery.__slots__})


# ---- what owners set up


def add(id: str, site: str, chosen: Mapping[str, str], secret: str, now: int, told_at: int) -> Work[None]:
    """Adds a webhook with its `url`, `format`, `events` and `owner`. It receives events from now on."""
    yield run(
        """INSERT INTO webhooks (id, site, url, format, events, secret, told_at, created_at, owner_id)
        VALUES (:id, :site, :url, :format, :events, :secret, :told_at, :now, :owner)""",
        id=id, site=site, url=chosen["url"], format=chosen["format"], events=chosen["events"], secret=secret,
        told_at=told_at, now=now, owner=chosen.get("owner", ""),
    )  # fmt: skip


def change(site: str, id: str, chosen: Mapping[str, str]) -> Work[bool]:
    """Sets a webhook's `url`, `format`, `events` and `owner`; returns whether it exists."""
    row = yield one(
        """UPDATE webhooks SET url = :url, format = :format, events = :events, owner_id = :owner
        WHERE site = :site AND id = :id RETURNING id""",
        url=chosen["url"], format=chosen["format"], events=chosen["events"], owner=chosen.get("owner", ""),
        site=site, id=id,
    )  # fmt: skip
    return row is not None


def rotate(site: str, id: str, secret: str, now: int) -> Work[bool]:
    """Sets a new secret; the old one stays valid for a day."""
    row = yield one(
        """UPDATE webhooks SET old_secret = secret, old_until = :until, secret = :secret
        WHERE site = :site AND id = :id RETURNING id""",
        until=now + KEEP_SECRET_MS, secret=secret, site=site, id=id,
    )  # fmt: skip
    return row is not None


def switch(site: str, id: str, told_at: int, *, on: bool) -> Work[bool]:
    """Pauses a webhook, or resumes it with events from now on."""
    row = yield one(
        """UPDATE webhooks SET active = :on, failing_since = NULL, paused_at = NULL,
            told_at = CASE WHEN active = 1 THEN told_at ELSE CAST(:told_at AS BIGINT) END
        WHERE site = :site AND id = :id RETURNING id""",
        on=int(on), told_at=told_at, site=site, id=id,
    )  # fmt: skip
    return row is not None


def remove(site: str, id: str) -> Work[Webhook | None]:
    """Removes a webhook and its log; returns what it was."""
    found = yield from webhook(site, id)
    if found is not None:
        yield run("DELETE FROM webhook_deliveries WHERE webhook_id = :id", id=id)
        yield run("DELETE FROM webhooks WHERE id = :id", id=id)
    return found


def webhook(site: str, id: str) -> Work[Webhook | None]:
    """One of a site's webhooks."""
    row = yield one("SELECT * FROM webhooks WHERE site = :site AND id = :id", site=site, id=id)
    return None if row is None else _webhook(row)


def webhooks(site: str) -> Work[list[Webhook]]:
    """A site's webhooks, oldest first."""
    rows = yield many("SELECT * FROM webhooks WHERE site = :site ORDER BY created_at, id", site=site)
    return [_webhook(row) for row in rows]


def latest(webhook: str, most: int) -> Work[list[Delivery]]:
    """A webhook's last deliveries, newest first."""
    rows = yield many(
        "SELECT * FROM webhook_deliveries WHERE webhook_id = :webhook ORDER BY at DESC, id DESC LIMIT :most",
        webhook=webhook, most=most,
    )  # fmt: skip
    return [_delivery(row) for row in rows]


# ---- what there is to tell


def active() -> Work[list[Webhook]]:
    """The active webhooks of all sites."""
    rows = yield many("SELECT * FROM webhooks WHERE active = 1 ORDER BY id")
    return [_webhook(row) for row in rows]


def news(hook: Webhook, event: Event, until: int) -> Work[list[tuple[str, str, int]]]:
    """A webhook's new events of one kind: the subject, key and time of each; at most `BATCH`."""
    was = {"published": '{"state":"published"%'} if event == "comment.published" else {}
    rows = yield many(
        f"""SELECT * FROM ({_EVENTS[event]}) AS e WHERE NOT EXISTS (
            SELECT 1 FROM webhook_deliveries d WHERE d.webhook_id = :webhook AND d.key = :event || ':' || e.mark)
        ORDER BY at, mark LIMIT :most""",
        site=hook.site, after=hook.told_at, until=until, webhook=hook.id, event=event, most=BATCH,
        **was,
    )  # fmt: skip
    return [(row["subject"], f"{event}:{row['mark']}", row["at"]) for row in rows]


def put(id: str, hook: Webhook, event: str, subject: str, key: str, at: int) -> Work[bool]:
    """Adds a delivery; returns whether there was none with this key."""
    row = yield one(
        """INSERT INTO webhook_deliveries (id, webhook_id, site, event, subject, key, at, state)
        VALUES (:id, :webhook, :site, :event, :subject, :key, :at, 'waiting')
        ON CONFLICT (webhook_id, key) DO NOTHING RETURNING id""",
        id=id, webhook=hook.id, site=hook.site, event=event, subject=subject, key=key, at=at,
    )  # fmt: skip
    return row is not None


def told(hook: Webhook, until: int) -> Work[None]:
    """Moves a webhook's cursor to this time, and deletes old deliveries."""
    yield run("UPDATE webhooks SET told_at = :until WHERE id = :id", until=until, id=hook.id)
    yield run(
        "DELETE FROM webhook_deliveries WHERE webhook_id = :id AND at < :before AND state <> 'waiting'",
        id=hook.id, before=until - KEEP_MS,
    )  # fmt: skip


# ---- deliveries


def due(id: str) -> Work[tuple[Webhook, Delivery] | None]:
    """An unfinished delivery and its webhook."""
    row = yield one("SELECT * FROM webhook_deliveries WHERE id = :id AND state <> 'done'", id=id)
    if row is None:
        return None
    delivery = _delivery(row)
    hook = yield from webhook(delivery.site, delivery.webhook_id)
    return None if hook is None else (hook, delivery)


def settle(delivery: Delivery, state: State, now: int, code: int = 0, problem: str = "") -> Work[None]:
    """Records the outcome of a try."""
    yield run(
        """UPDATE webhook_deliveries SET state = :state, tries = tries + 1, code = :code, problem = :problem,
            tried_at = :now WHERE id = :id""",
        state=state, code=code, problem=problem, now=now, id=delivery.id,
    )  # fmt: skip


def accepted(hook: Webhook) -> Work[None]:
    """Records that a webhook accepted a delivery."""
    yield run("UPDATE webhooks SET failing_since = NULL WHERE id = :id AND failing_since IS NOT NULL", id=hook.id)


def failed(hook: Webhook, now: int, before: int, *, gone: bool) -> Work[bool]:
    """Records a failed delivery. Pauses the webhook if it has failed since `before`, or reports that it is gone;
    returns whether this paused it."""
    yield run("UPDATE webhooks SET failing_since = :now WHERE id = :id AND failing_since IS NULL", now=now, id=hook.id)
    row = yield one(
        """UPDATE webhooks SET active = 0, paused_at = :now
        WHERE id = :id AND active = 1 AND (failing_since <= :before OR :gone = 1) RETURNING id""",
        now=now, id=hook.id, before=before, gone=int(gone),
    )  # fmt: skip
    return row is not None


def again(site: str, webhook: str, id: str) -> Work[bool]:
    """Marks a delivery to be made again, under its own id; returns whether it exists."""
    row = yield one(
        """UPDATE webhook_deliveries SET state = 'waiting', tries = 0 WHERE id = :id AND webhook_id = :webhook
        AND site = :site RETURNING id""",
        id=id, webhook=webhook, site=site,
    )  # fmt: skip
    return row is not None


# ---- what they are about


def comment(site: str, id: str) -> Work[dict[str, Any] | None]:
    """A comment with its page."""
    row = yield one(
        """SELECT c.id, c.page, c.parent_id, c.state, c.author_kind, c.author_name, c.body, c.created_at,
            COALESCE(t.title, '') AS title, COALESCE(t.url, '') AS url
        FROM comments c LEFT JOIN threads t ON t.site = c.site AND t.page = c.page
        WHERE c.site = :site AND c.id = :id AND c.state <> 'deleted'""",
        site=site, id=id,
    )  # fmt: skip
    return None if row is None else dict(row)


def answer(site: str, id: str) -> Work[dict[str, Any] | None]:
    """An answer with its question, unless either was deleted."""
    row = yield one(
        """SELECT a.id, a.kind, a.page, a.state, a.draft, a.supported, a.body, a.settled_at, a.title, a.url,
            a.question_id, COALESCE(c.body, q.body) AS question, COALESCE(c.author_name, '') AS author_name
        FROM answers a LEFT JOIN comments c ON c.id = a.question_id AND c.state <> 'deleted'
            LEFT JOIN questions q ON q.id = a.question_id
        WHERE a.site = :site AND a.id = :id""",
        site=site, id=id,
    )  # fmt: skip
    return None if row is None or row["question"] is None else dict(row)
