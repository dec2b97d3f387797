"""Events in the database: written with their change, read by every process in commit order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from ..db.sql import in_list
from ..db.work import Row, Work, many, one, run

AT_ONCE = 50
"""The most events inserted by one statement."""
BELL = "answerback_events"
"""The PostgreSQL notification channel."""
NOTIFY = "SELECT pg_notify($1, $2)"
CHANGED: Final = "thread.changed"
"""An event for observers only: cached data of the thread is stale."""
_WORDLESS = f"event = '{CHANGED}', data = '{{}}'"
_LOCK = 4_717_002_113_005_481_933
PLACE = f"""SELECT pg_advisory_xact_lock({_LOCK}) WHERE EXISTS (SELECT 1 FROM events WHERE position IS NULL);
    WITH placed AS (
        UPDATE events SET position = fresh.position FROM (
            SELECT id, (SELECT COALESCE(MAX(position), 0) FROM events) + row_number() OVER (ORDER BY id) AS position
            FROM events WHERE position IS NULL) fresh
        WHERE events.id = fresh.id RETURNING events.position)
    SELECT pg_notify('{BELL}', MAX(position)::text) FROM placed HAVING COUNT(*) > 0"""
"""Assigns positions to committed events in PostgreSQL, one process at a time, and notifies the others. The lock is a
separate statement, so that the next one sees positions assigned meanwhile."""


class Event(NamedTuple):
    """An event: its channel, `subject`, name, data as JSON, and whether earlier events about the subject must not be
    read any more."""

    channel: str
    subject: str
    event: str
    data: str
    afresh: bool


class Placed(NamedTuple):
    """An event with a position."""

    position: int
    event: Event


def add(events: Sequence[Event], now: int) -> Work[None]:
    """Inserts events, in the transaction of the change."""
    for begin in range(0, len(events), AT_ONCE):
        params: dict[str, str | int] = {"now": now}
        for number, each in enumerate(events[begin : begin + AT_ONCE]):
            params |= {
                f"channel{number}": each.channel, f"subject{number}": each.subject, f"event{number}": each.event,
                f"data{number}": each.data, f"afresh{number}": int(each.afresh),
            }  # fmt: skip
        rows = ", ".join(
            f"(:channel{number}, :subject{number}, :event{number}, :data{number}, :afresh{number}, :now)"
            for number in range(len(events[begin : begin + AT_ONCE]))
        )
        yield run(f"INSERT INTO events (channel, subject, event, data, afresh, at) VALUES {rows}", **params)


def take_back(channel: str, subject: str) -> Work[None]:
    """Replaces earlier events about this subject by the fact that the thread has changed: positions are never
    reused."""
    yield run(
        f"UPDATE events SET {_WORDLESS} WHERE channel = :channel AND subject = :subject",
        channel=channel, subject=subject,
    )  # fmt: skip


def take_all_back(channels: Sequence[str]) -> Work[None]:
    """Like `take_back`, for all events on these channels."""
    listed, params = in_list("channel", channels)
    yield run(f"UPDATE events SET {_WORDLESS} WHERE channel IN ({listed})", **params)


def take_everything_back() -> Work[None]:
    """Like `take_back`, for all events there are: what is deleted while a single process serves would stay in them."""
    yield run(f"UPDATE events SET {_WORDLESS} WHERE event <> '{CHANGED}'")


def events_after(position: int, most: int) -> Work[list[Placed]]:
    """The first `most` events after that position."""
    rows = yield many(
        """SELECT position, channel, subject, event, data, afresh FROM events WHERE position > :position
        ORDER BY position LIMIT :most""",
        position=position, most=most,
    )  # fmt: skip
    return [_read(row) for row in rows]


def newest_events(most: int) -> Work[list[Placed]]:
    """The newest events, oldest first."""
    rows = yield many(
        """SELECT position, channel, subject, event, data, afresh FROM events WHERE position IS NOT NULL
        ORDER BY position DESC LIMIT :most""",
        most=most,
    )  # fmt: skip
    return [_read(row) for row in reversed(rows)]


def newest_position() -> Work[int]:
    """The position of the newest event, 0 if there is none."""
    row = yield one("SELECT MAX(position) AS position FROM events")
    return row["position"] or 0


def forget(before: int, most: int) -> Work[None]:
    """Deletes events from before that moment, the oldest first; keeps the newest, since positions continue from it."""
    yield run(
        """DELETE FROM events WHERE position IN (SELECT position FROM events ORDER BY position LIMIT :most)
        AND at < :before AND position < (SELECT MAX(position) FROM events)""",
        before=before, most=most,
    )  # fmt: skip


def _read(row: Row) -> Placed:
    event = Event(row["channel"], row["subject"], row["event"], row["data"], bool(row["afresh"]))
    return Placed(row["position"], event)
