"""Readers' reports: one per visitor and comment, with the receipt for its sender."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...db.sql import in_list
from ...db.work import Row, Work, many, one, run

KINDS = ("spam", "abuse", "illegal", "other")
_COLUMNS = """r.comment_id, r.visitor_id, r.kind, r.reason, r.created_at, r.weight, r.state, r.decided_at, r.decision,
    r.appeal, r.appealed_at, r.appeal_state, r.reply, r.receipt"""


@dataclass(frozen=True, slots=True)
class Report:
    """A report. `state` is `open`, `upheld` or `declined`, and so is `appeal_state` after an appeal (empty before).
    `decision` and `reply` are the owner's text."""

    comment_id: str
    visitor_id: str
    kind: str
    reason: str
    created_at: int
    weight: float
    state: str
    decided_at: int | None
    decision: str
    appeal: str
    appealed_at: int | None
    appeal_state: str
    reply: str
    receipt: str


def _read(row: Row) -> Report:
    values = {name: row[name] for name in Report.__slots__}
    return Report(**(values | {"receipt": row["receipt"] or ""}))


@dataclass(frozen=True, slots=True)
class NewReport:
    """A report to insert."""

    comment_id: str
    visitor_id: str
    kind: str
    reason: str
    contact: str
    address_key: str
    receipt: str
    weight: float


def add(report: NewReport, now: int) -> Work[str]:
    """Inserts a report; returns the receipt of the visitor's first one."""
    row = yield one(
        """INSERT INTO reports (comment_id, visitor_id, kind, reason, contact, address_key, receipt, weight, created_at)
        VALUES (:comment_id, :visitor_id, :kind, :reason, :contact, :address_key, :receipt, :weight, :now)
        ON CONFLICT (comment_id, visitor_id) DO NOTHING RETURNING receipt""",
        comment_id=report.comment_id, visitor_id=report.visitor_id, kind=report.kind, reason=report.reason,
        contact=report.contact, address_key=report.address_key, receipt=report.receipt, weight=report.weight, now=now,
    )  # fmt: skip
    if row is None:
        row = yield one(
            "SELECT receipt FROM reports WHERE comment_id = :id AND visitor_id = :visitor_id",
            id=report.comment_id, visitor_id=report.visitor_id,
        )  # fmt: skip
    return row["receipt"] or ""


def outcomes(visitor_id: str) -> Work[tuple[int, int]]:
    """The numbers of a visitor's reports that were upheld and declined, each counted up to a hundred."""
    counts = []
    for state in ("upheld", "declined"):
        row = yield one(
            """SELECT COUNT(*) AS count FROM (SELECT 1 AS one FROM reports WHERE visitor_id = :id AND state = :state
            LIMIT 100) AS counted""",
            id=visitor_id, state=state,
        )  # fmt: skip
        counts.append(int(row["count"]))
    return counts[0], counts[1]


def open_reports(comment_id: str) -> Work[list[tuple[str, str, float]]]:
    """Kind, address and weight of a comment's open reports."""
    rows = yield many(
        """SELECT kind, address_key, weight FROM reports WHERE comment_id = :id AND state = 'open'
        LIMIT 200""",
        id=comment_id,
    )  # fmt: skip
    return [(row["kind"], row["address_key"], row["weight"]) for row in rows]


def reports_of(ids: Sequence[str]) -> Work[dict[str, list[Report]]]:
    """Reports by comment, newest first."""
    if not ids:
        return {}
    listed, params = in_list("id", ids)
    rows = yield many(f"SELECT {_COLUMNS} FROM reports r WHERE r.comment_id IN ({listed}) LIMIT 500", **params)
    found: dict[str, list[Report]] = {}
    for report in sorted(map(_read, rows), key=lambda report: -report.created_at):
        found.setdefault(report.comment_id, []).append(report)
    return found


def settle(comment_id: str, state: str, decision: str, now: int) -> Work[None]:
    """Settles all open reports of a comment."""
    yield run(
        """UPDATE reports SET state = :state, decision = :decision, decided_at = :now
        WHERE comment_id = :id AND state = 'open'""",
        state=state, decision=decision, now=now, id=comment_id,
    )  # fmt: skip


def unsettle(comment_id: str, since: int) -> Work[None]:
    """Reopens a comment's reports settled since then."""
    yield run(
        """UPDATE reports SET state = 'open', decision = '', decided_at = NULL
        WHERE comment_id = :id AND state <> 'open' AND decided_at >= :since""",
        id=comment_id, since=since,
    )  # fmt: skip


def by_receipt(receipt: str) -> Work[tuple[str, Report] | None]:
    """The site and report of a receipt."""
    row = yield one(
        f"""SELECT c.site, {_COLUMNS} FROM reports r JOIN comments c ON c.id = r.comment_id
        WHERE r.receipt = :receipt""",
        receipt=receipt,
    )  # fmt: skip
    return None if row is None else (row["site"], _read(row))


def appeal_report(receipt: str, words: str, now: int) -> Work[bool]:
    """Contests a report's decision; once."""
    row = yield one(
        """UPDATE reports SET appeal = :words, appealed_at = :now, appeal_state = 'open'
        WHERE receipt = :receipt AND state <> 'open' AND appeal_state = '' RETURNING comment_id""",
        words=words, now=now, receipt=receipt,
    )  # fmt: skip
    return row is not None


# ---- statements of reasons, for the authors of what was hidden


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement of reasons for a hidden comment's author: its `ground` (a kind of report, or `rules`), whether
    reports alone hid it (`automated`), and the outcome of an appeal."""

    id: str
    site: str
    comment_id: str
    visitor_id: str
    action: str
    ground: str
    note: str
    automated: bool
    created_at: int
    appeal: str = ""
    appealed_at: int | None = None
    appeal_state: str = ""
    reply: str = ""
    replied_at: int | None = None


_STATEMENT = """id, site, comment_id, visitor_id, action, ground, note, automated, created_at, appeal, appealed_at,
    appeal_state, reply, replied_at"""


def _read_statement(row: Row) -> Statement:
    values = {name: row[name] for name in Statement.__slots__}
    return Statement(**(values | {"automated": bool(row["automated"])}))


def add_statement(statement: Statement) -> Work[None]:
    """Inserts a statement."""
    yield run(
        """INSERT INTO moderation_statements (id, site, comment_id, visitor_id, action, ground, note, automated,
            created_at)
        VALUES (:id, :site, :comment_id, :visitor_id, :action, :ground, :note, :automated, :at)""",
        id=statement.id, site=statement.site, comment_id=statement.comment_id, visitor_id=statement.visitor_id,
        action=statement.action, ground=statement.ground, note=statement.note, automated=int(statement.automated),
        at=statement.created_at,
    )  # fmt: skip


def statement_by_id(id: str) -> Work[Statement | None]:
    """A statement by its id, known only to its author and the owners."""
    row = yield one(f"SELECT {_STATEMENT} FROM moderation_statements WHERE id = :id", id=id)
    return None if row is None else _read_statement(row)


def drop_statements(comment_id: str, since: int) -> Work[None]:
    """Deletes a comment's statements made since then, when the decision is undone."""
    yield run(
        """DELETE FROM moderation_statements WHERE comment_id = :id AND created_at >= :since
        AND appeal_state = ''""",
        id=comment_id, since=since,
    )  # fmt: skip


def appeal_statement(id: str, words: str, now: int) -> Work[bool]:
    """Contests a statement; once."""
    row = yield one(
        """UPDATE moderation_statements SET appeal = :words, appealed_at = :now, appeal_state = 'open'
        WHERE id = :id AND appeal_state = '' RETURNING id""",
        words=words, now=now, id=id,
    )  # fmt: skip
    return row is not None


def answer_appeals(comment_id: str, *, goes: bool, reply: str, now: int) -> Work[None]:
    """Settles all open appeals about a comment, its author's and the reporters'."""
    yield run(
        """UPDATE moderation_statements SET appeal_state = :state, reply = :reply, replied_at = :now
        WHERE comment_id = :id AND appeal_state = 'open'""",
        state="upheld" if goes else "reversed", reply=reply, now=now, id=comment_id,
    )  # fmt: skip
    yield run(
        """UPDATE reports SET appeal_state = CASE WHEN state = :state THEN 'upheld' ELSE 'reversed' END, state = :state,
        reply = :reply, replied_at = :now WHERE comment_id = :id AND appeal_state = 'open'""",
        state="upheld" if goes else "declined", reply=reply, now=now, id=comment_id,
    )  # fmt: skip


def reopen_appeals(comment_id: str, since: int) -> Work[None]:
    """Reopens appeals about a comment that were settled since then."""
    yield run(
        """UPDATE moderation_statements SET appeal_state = 'open', reply = '', replied_at = NULL
        WHERE comment_id = :id AND replied_at >= :since""",
        id=comment_id, since=since,
    )  # fmt: skip
    yield run(
        """UPDATE reports SET state = CASE WHEN appeal_state = 'upheld' THEN state WHEN state = 'upheld' THEN 'declined'
            ELSE 'upheld' END, appeal_state = 'open', reply = '', replied_at = NULL
        WHERE comment_id = :id AND replied_at >= :since""",
        id=comment_id, since=since,
    )  # fmt: skip
