"""The audit trail: who decided what, when and why. Append-only; the database refuses updates and deletes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..db.sql import in_list
from ..db.work import Row, Work, many, one, run

LONGEST = 500
MANY = 30
"""Up to this number, sites are queried one by one; above it, together."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision for the audit trail: `kind` and `subject` name what it is about (a comment's id, a person, a page),
    `before` and `after` its state, `reason` the decider's own words. Comment texts must not be stored here: they are
    deleted with their authors, and the trail is not."""

    site: str
    at: int
    actor: str
    """An owner's email address, or the part of the server that decided (`reports`, `retention`)."""
    action: str
    kind: str
    subject: str
    before: str = ""
    after: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Entry(Decision):
    """A stored decision."""

    number: int = 0


def note(made: Decision) -> Work[None]:
    """Records a decision, in the same write as the decision itself."""
    yield run(
        """INSERT INTO audit (site, at, actor, action, kind, subject, state_before, state_after, reason)
        VALUES (:site, :at, :actor, :action, :kind, :subject, :before, :after, :reason)""",
        site=made.site, at=made.at, actor=made.actor, action=made.action, kind=made.kind, subject=made.subject,
        before=made.before[:LONGEST], after=made.after[:LONGEST], reason=made.reason[:LONGEST],
    )  # fmt: skip


def note_about_owner(id: str, at: int, actor: str, action: str, email: str, after: str = "") -> Work[None]:
    """Records a decision about an owner's account: on each of their sites; for an owner of all sites, among the
    server's own entries."""
    row = yield one("SELECT all_sites FROM owners WHERE id = :id", id=id)
    given = yield many("SELECT site FROM owner_sites WHERE owner_id = :id ORDER BY site", id=id)
    for site in [""] if row and row["all_sites"] else [each["site"] for each in given]:
        yield from note(Decision(site, at, actor, action, "member", email, after=after))


_COLUMNS = "number, site, at, actor, action, kind, subject, state_before, state_after, reason"


def entries(sites: Sequence[str], limit: int, before: int | None = None) -> Work[list[Entry]]:
    """The newest decisions on these sites, newest first; `before` is the number of the last known one."""
    values: dict[str, Any] = {"before": 2**62 if before is None else before, "limit": limit}
    newest = f"SELECT {_COLUMNS} FROM audit WHERE {{}} AND number < :before ORDER BY number DESC LIMIT :limit"
    if len(sites) > MANY:  # with that many, the newest entries are likely theirs
        names, params = in_list("site", sites)
        found = yield many(newest.format(f"site || '' IN ({names})"), **params, **values)
    else:
        found = []
        for site in sites:  # a site at a time: each walks its own index
            found += yield many(newest.format("site = :site"), site=site, **values)
    found.sort(key=lambda row: -row["number"])
    return [_read(row) for row in found[:limit]]


def about(site: str, kind: str, subject: str, limit: int) -> Work[list[Entry]]:
    """The newest decisions about one thing, newest first."""
    rows = yield many(
        f"""SELECT {_COLUMNS} FROM audit WHERE site = :site AND kind = :kind AND subject = :subject
        ORDER BY number DESC LIMIT :limit""",
        site=site, kind=kind, subject=subject, limit=limit,
    )  # fmt: skip
    return [_read(row) for row in rows]


def _read(row: Row) -> Entry:
    return Entry(
        row["site"], row["at"], row["actor"], row["action"], row["kind"], row["subject"], row["state_before"],
        row["state_after"], row["reason"], row["number"],
    )  # fmt: skip


def forget(before: int, now: int, limit: int, *, site: str | None = None, but: Sequence[str] = ()) -> Work[int]:
    """Deletes some of the decisions older than their retention; returns how many. Covers one `site`, or all `but` those
    with a retention of their own. Records `before`: the database refuses to delete anything newer."""
    yield run(
        """INSERT INTO flags (name, value, changed_at) VALUES ('audit_before', :value, :now)
        ON CONFLICT (name) DO UPDATE SET changed_at = excluded.changed_at, value = CASE
            WHEN CAST(flags.value AS BIGINT) < CAST(excluded.value AS BIGINT) THEN excluded.value
            ELSE flags.value END""",
        value=str(before), now=now,
    )  # fmt: skip
    if site is not None:
        rows = yield many(
            "SELECT number FROM audit WHERE site = :site AND at < :before ORDER BY number LIMIT :limit",
            site=site, before=before, limit=limit,
        )  # fmt: skip
    else:
        names, others = in_list("site", but or ["-"])  # no site has this key
        rows = yield many(
            f"SELECT number FROM audit WHERE at < :before AND site NOT IN ({names}) ORDER BY at LIMIT :limit",
            before=before, limit=limit, **others,
        )  # fmt: skip
    if rows:
        listed, params = in_list("number", [row["number"] for row in rows])
        yield run(f"DELETE FROM audit WHERE number IN ({listed})", **params)
    return len(rows)
