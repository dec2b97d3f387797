"""Items that need the owner's decision: one row per comment, answer or alert, reopened by new events, with a history.

A reviewable has its target's id. Triggers (migration 0019) open those of answers and alerts, whoever changes an answer;
this module opens those of comments, with the reasons. A trigger also closes an item whenever its target leaves the
state it waited in: what is gone, or published in another way, needs no decision.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...core.approval import Reason, read, suspicion, written
from ...core.model import Comment
from ...db.sql import in_list
from ...db.work import Row, Work, many, one, run

KINDS = ("held", "reported", "draft", "failed", "withheld", "unanswered", "alert")
"""Why an item is open. `held` is a comment or an edit, `reported` a published comment."""
STATES = ("open", "passed", "approved", "hidden", "spam", "dismissed", "closed")
"""`passed` was never open: it stores the reasons of a comment that was published at once. `closed` needed no
decision."""
_COLUMNS = "id, site, kind, page, state, score, version, reasons, opened_at, decided_by, decided_at"


@dataclass(frozen=True, slots=True)
class Reviewable:
    """An item in the inbox, open or closed; each change increments `version`."""

    id: str
    site: str
    kind: str
    page: str
    state: str
    score: float
    version: int
    reasons: Sequence[Reason]
    opened_at: int
    decided_by: str | None
    decided_at: int | None


@dataclass(frozen=True, slots=True)
class Transition:
    """An entry of an item's history: when, by whom (an owner's id, or empty), what, and the reason given."""

    at: int
    actor: str
    action: str
    before: str
    after: str
    note: str


def read_reviewable(row: Row) -> Reviewable:
    """A reviewable from a row with its columns."""
    values = {name: row[name] for name in Reviewable.__slots__}
    return Reviewable(**(values | {"reasons": read(row["reasons"])}))


def keep_reasons(site: str, id: str, page: str, reasons: Sequence[Reason], now: int) -> Work[None]:
    """Stores the reasons of a comment that was published at once."""
    yield run(
        """INSERT INTO reviewables (id, site, kind, page, state, score, version, reasons, opened_at)
        VALUES (:id, :site, 'held', :page, 'passed', :score, 1, :reasons, :now)
        ON CONFLICT (id) DO UPDATE SET reasons = excluded.reasons, score = excluded.score
            WHERE reviewables.state <> 'open'""",
        id=id, site=site, page=page, score=suspicion(reasons), reasons=written(reasons), now=now,
    )  # fmt: skip


def open_reviewable(site: str, id: str, kind: str, page: str, reasons: Sequence[Reason], now: int) -> Work[int]:
    """Opens or reopens an item with these reasons; returns its version."""
    row = yield one(
        """INSERT INTO reviewables (id, site, kind, page, state, score, version, reasons, opened_at)
        VALUES (:id, :site, :kind, :page, 'open', :score, 1, :reasons, :now)
        ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, page = excluded.page, state = 'open',
            score = excluded.score, version = reviewables.version + 1, reasons = excluded.reasons,
            opened_at = excluded.opened_at, decided_by = NULL, decided_at = NULL
        RETURNING version""",
        id=id, site=site, kind=kind, page=page, score=suspicion(reasons), reasons=written(reasons), now=now,
    )  # fmt: skip
    version: int = row["version"]
    yield from note(id, site, Transition(now, "", "opened" if version == 1 else "reopened", "", "open", kind))
    return version


def decided(
    site: str, comment: Comment, before: str, state: str, undo: str, actor: str, now: int, words: str
) -> Work[Reviewable]:  # fmt: skip
    """Records a decision on a comment, whether it was open or not (`before`); returns the item."""
    row = yield one(
        f"""INSERT INTO reviewables (id, site, kind, page, state, version, opened_at, decided_by, decided_at, undo)
        VALUES (:id, :site, 'held', :page, :state, 1, :now, :actor, :now, :undo)
        ON CONFLICT (id) DO UPDATE SET state = excluded.state, version = reviewables.version + 1, auto_hidden = 0,
            decided_by = excluded.decided_by, decided_at = excluded.decided_at, undo = excluded.undo
        RETURNING {_COLUMNS}""",
        id=comment.id, site=site, page=comment.page, state=state, actor=actor, now=now, undo=undo,
    )  # fmt: skip
    yield from note(comment.id, site, Transition(now, actor, state, before, state, words))
    return read_reviewable(row)


def hide_by_reports(site: str, id: str) -> Work[None]:
    """Records that reports alone hide this comment; it stays open."""
    yield run("UPDATE reviewables SET auto_hidden = 1 WHERE site = :site AND id = :id", site=site, id=id)


def close(site: str, id: str, now: int) -> Work[None]:
    """Closes an item that needs no decision any more."""
    row = yield one(
        """UPDATE reviewables SET state = 'closed', version = version + 1 WHERE site = :site AND id = :id
        AND state = 'open' RETURNING id""",
        site=site, id=id,
    )  # fmt: skip
    if row is not None:
        yield from note(id, site, Transition(now, "", "closed", "open", "closed", ""))


def dismiss(site: str, id: str, version: int, actor: str, now: int) -> Work[Reviewable | None]:
    """Marks this version of an item as done; None if it is no longer open."""
    row = yield one(
        f"""UPDATE reviewables SET state = 'dismissed', version = version + 1, decided_by = :actor, decided_at = :now,
        undo = '{{"dismissed":true}}' WHERE site = :site AND id = :id AND version = :version AND state = 'open'
        RETURNING {_COLUMNS}""",
        actor=actor, now=now, site=site, id=id, version=version,
    )  # fmt: skip
    if row is None:
        return None
    yield from note(id, site, Transition(now, actor, "dismissed", "open", "dismissed", ""))
    return read_reviewable(row)


def undoable(site: str, id: str, version: int, actor: str, since: int) -> Work[tuple[Reviewable, str] | None]:
    """Returns the same person's decision on this version, made since then, with what it had changed. None if it is too
    late or there is nothing to undo."""
    row = yield one(
        f"""SELECT {_COLUMNS}, undo FROM reviewables WHERE site = :site AND id = :id AND version = :version
        AND decided_by = :actor AND decided_at >= :since AND undo <> ''""",
        site=site, id=id, version=version, actor=actor, since=since,
    )  # fmt: skip
    return None if row is None else (read_reviewable(row), row["undo"])


def undo(site: str, decided: Reviewable, actor: str, now: int) -> Work[Reviewable]:
    """Undoes a decision whose effects have been reverted: the item is open again if it was before."""
    id = decided.id
    waited = yield one(
        """SELECT state_before FROM reviewable_history WHERE reviewable_id = :id AND site = :site
        ORDER BY number DESC LIMIT 1""",
        id=id, site=site,
    )  # fmt: skip
    state = "closed" if waited is None or waited["state_before"] != "open" else "open"
    yield run(
        """UPDATE reviewables SET state = :state, version = version + 1, decided_by = NULL, decided_at = NULL,
        undo = '' WHERE site = :site AND id = :id""",
        state=state, site=site, id=id,
    )  # fmt: skip
    yield from note(id, site, Transition(now, actor, "undone", decided.state, state, ""))
    again = yield from reviewable(site, id)
    assert again is not None
    return again


def reviewable(site: str, id: str) -> Work[Reviewable | None]:
    """An item of this site, in any state."""
    row = yield one(f"SELECT {_COLUMNS} FROM reviewables WHERE site = :site AND id = :id", site=site, id=id)
    return None if row is None else read_reviewable(row)


def reviewables(site: str, ids: Sequence[str]) -> Work[dict[str, Reviewable]]:
    """Items of this site by their ids."""
    listed, params = in_list("id", ids)
    rows = yield many(
        f"SELECT {_COLUMNS} FROM reviewables WHERE site = :site AND id IN ({listed})", site=site, **params
    )
    return {row["id"]: read_reviewable(row) for row in rows}


def note(id: str, site: str, happened: Transition) -> Work[None]:
    """Adds an entry to an item's history."""
    yield run(
        """INSERT INTO reviewable_history (reviewable_id, site, at, actor, action, state_before, state_after, note)
        VALUES (:id, :site, :at, :actor, :action, :before, :after, :note)""",
        id=id, site=site, at=happened.at, actor=happened.actor, action=happened.action, before=happened.before,
        after=happened.after, note=happened.note,
    )  # fmt: skip


def history(site: str, id: str) -> Work[list[Transition]]:
    """An item's history, oldest first."""
    rows = yield many(
        """SELECT at, actor, action, state_before, state_after, note FROM reviewable_history
        WHERE reviewable_id = :id AND site = :site ORDER BY number LIMIT 200""",
        id=id, site=site,
    )  # fmt: skip
    return [
        Transition(row["at"], row["actor"], row["action"], row["state_before"], row["state_after"], row["note"])
        for row in rows
    ]


def forget_words(site: str, id: str) -> Work[None]:
    """Deletes a removed comment's text from reasons and undo data."""
    yield run("UPDATE reviewables SET reasons = '[]', undo = '' WHERE site = :site AND id = :id", site=site, id=id)


def forget_undo(site: str, id: str, state: str, decided_at: int) -> Work[None]:
    """Deletes the undo data of a decision made by then, except the comment's state before it."""
    yield run(
        """UPDATE reviewables SET undo = :undo WHERE site = :site AND id = :id AND undo <> ''
        AND (decided_at IS NULL OR decided_at <= :decided_at)""",
        undo=f'{{"state":"{state}"}}', site=site, id=id, decided_at=decided_at,
    )  # fmt: skip


def stay_decided(site: str, visitor_id: str) -> Work[None]:
    """Ends the possibility to undo decisions on a visitor's comments."""
    yield run(
        """UPDATE reviewables SET undo = '' WHERE site = :site AND undo <> '' AND id IN (
            SELECT id FROM comments WHERE visitor_id = :visitor_id AND site = :site)""",
        site=site, visitor_id=visitor_id,
    )  # fmt: skip


# ---- edits that wait


@dataclass(frozen=True, slots=True)
class HeldEdit:
    """The new text of a published comment that waits for approval."""

    comment_id: str
    body: str
    html: str
    at: int


def hold_edit(site: str, page: str, visitor_id: str, edit: HeldEdit) -> Work[None]:
    """Stores an edit beside the unchanged comment; the newest one counts."""
    yield run(
        """INSERT INTO held_edits (comment_id, site, page, visitor_id, body, html, at)
        VALUES (:id, :site, :page, :visitor_id, :body, :html, :at)
        ON CONFLICT (comment_id) DO UPDATE SET body = excluded.body, html = excluded.html, at = excluded.at""",
        id=edit.comment_id, site=site, page=page, visitor_id=visitor_id, body=edit.body, html=edit.html, at=edit.at,
    )  # fmt: skip


def held_edit(site: str, id: str) -> Work[HeldEdit | None]:
    """A comment's held edit."""
    row = yield one(
        "SELECT comment_id, body, html, at FROM held_edits WHERE site = :site AND comment_id = :id", site=site, id=id
    )
    return None if row is None else HeldEdit(**row)


def drop_edit(site: str, id: str) -> Work[HeldEdit | None]:
    """Deletes a held edit and returns it."""
    row = yield one(
        """DELETE FROM held_edits WHERE site = :site AND comment_id = :id
        RETURNING comment_id, body, html, at""",
        site=site, id=id,
    )  # fmt: skip
    return None if row is None else HeldEdit(**row)
