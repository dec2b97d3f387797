"""Owners' notification settings, and the news they have not received yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from ..core.notices import DEFAULTS, KINDS, Hours, NoticeKind, Pace
from ..db.sql import in_list
from ..db.work import Work, many, one, run

BATCH = 500
_REVIEW, _QUESTIONS = ("held", "reported"), ("draft", "failed", "withheld", "unanswered")
_NEWS = {
    "review": """SELECT 1 FROM reviewables r WHERE r.site = n.site AND r.state = 'open' AND r.opened_at > n.told_at
        AND r.opened_at <= :until AND r.kind IN ('held', 'reported')""",
    "questions": """SELECT 1 FROM reviewables r WHERE r.site = n.site AND r.state = 'open' AND r.opened_at > n.told_at
        AND r.opened_at <= :until AND r.kind IN ('draft', 'failed', 'withheld', 'unanswered')""",
    "comments": """SELECT 1 FROM comments c WHERE c.site = n.site AND c.created_at > n.told_at
        AND c.created_at <= :until AND c.state = 'published' AND c.author_kind IN ('guest', 'user')""",
    "changes": """SELECT 1 FROM comment_changes d WHERE d.site = n.site AND d.at > n.told_at AND d.at <= :until
        AND d.actor <> (SELECT e.email FROM owners e WHERE e.id = n.owner_id)""",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """How often an owner is notified of a kind of news on a site, and the time up to which they have been."""

    owner_id: str
    site: str
    kind: NoticeKind
    pace: Pace
    told_at: int


@dataclass(frozen=True, slots=True)
class News:
    """One item to notify an owner of."""

    id: str
    """The comment it is about."""
    what: str
    """Why it waits (`held`, `draft`, …); `comment` for a published one."""
    author: str
    page: str
    title: str
    body: str
    at: int


def add_missing(now: int) -> Work[int]:
    """Adds default choices for owners and sites that lack them; returns the number of such pairs, at most `BATCH`."""
    rows = yield many(
        """SELECT o.id, s.key AS site, COALESCE(
                (SELECT m.role FROM owner_sites m WHERE m.owner_id = o.id AND m.site = s.key), o.role) AS role
            FROM owners o JOIN sites s ON o.all_sites = 1
                OR EXISTS (SELECT 1 FROM owner_sites m WHERE m.owner_id = o.id AND m.site = s.key)
            WHERE (SELECT COUNT(*) FROM notice_choices n WHERE n.owner_id = o.id AND n.site = s.key) < :kinds
            LIMIT :most""",
        kinds=len(KINDS), most=BATCH,
    )  # fmt: skip
    for row in rows:
        for kind in KINDS:
            pace: Pace = "never" if row["role"] == "reader" else DEFAULTS[kind]
            yield run(
                """INSERT INTO notice_choices (owner_id, site, kind, pace, told_at, next_at)
                VALUES (:owner, :site, :kind, :pace, :now, :next_at) ON CONFLICT (owner_id, site, kind) DO NOTHING""",
                owner=row["id"], site=row["site"], kind=kind, pace=pace, now=now,
                next_at=None if pace == "never" else now,
            )  # fmt: skip
    return len(rows)


def keep(choice: Choice, next_at: int | None) -> Work[None]:
    """Stores a choice. The owner's cursor stays, unless notifications were off: they start from now then."""
    yield run(
        """INSERT INTO notice_choices (owner_id, site, kind, pace, told_at, next_at)
        VALUES (:owner, :site, :kind, :pace, :told_at, :next_at)
        ON CONFLICT (owner_id, site, kind) DO UPDATE SET pace = excluded.pace, next_at = excluded.next_at,
            told_at = CASE WHEN notice_choices.pace = 'never' THEN excluded.told_at ELSE notice_choices.told_at END""",
        owner=choice.owner_id, site=choice.site, kind=choice.kind, pace=choice.pace, told_at=choice.told_at,
        next_at=next_at,
    )  # fmt: skip


def choices_of(owner: str, sites: Sequence[str]) -> Work[list[Choice]]:
    """An owner's choices for these sites."""
    listed, values = in_list("s", sites)
    rows = yield many(
        f"SELECT * FROM notice_choices WHERE owner_id = :owner AND site IN ({listed}) ORDER BY site, kind",
        owner=owner, **values,
    )  # fmt: skip
    return [_choice(row) for row in rows]


def due(kind: NoticeKind, now: int, until: int) -> Work[list[tuple[Choice, bool]]]:
    """Choices of a kind that are due, at most `BATCH`, with whether there is news up to `until`. Those with immediate
    notices are due only if there is news. Owners without access to the site are left out."""
    rows = yield many(
        f"""SELECT n.*, CASE WHEN EXISTS ({_NEWS[kind]}) THEN 1 ELSE 0 END AS news FROM notice_choices n
            JOIN owners o ON o.id = n.owner_id
            WHERE n.kind = :kind AND n.next_at <= :now AND (n.pace <> 'now' OR EXISTS ({_NEWS[kind]}))
                AND (o.all_sites = 1 OR EXISTS (
                    SELECT 1 FROM owner_sites m WHERE m.owner_id = n.owner_id AND m.site = n.site))
            ORDER BY n.next_at LIMIT :most""",
        kind=kind, now=now, until=until, most=BATCH,
    )  # fmt: skip
    return [(_choice(row), bool(row["news"])) for row in rows]


def told(choice: Choice, until: int, next_at: int | None) -> Work[None]:
    """Moves an owner's cursor to this time."""
    yield run(
        """UPDATE notice_choices SET told_at = :until, next_at = :next_at
        WHERE owner_id = :owner AND site = :site AND kind = :kind""",
        until=until, next_at=next_at, owner=choice.owner_id, site=choice.site, kind=choice.kind,
    )  # fmt: skip


def news(kind: NoticeKind, site: str, after: int, until: int, most: int, but: str = "") -> Work[list[News]]:
    """The news in a period, oldest first, at most `most` items, without changes made by `but` (an address)."""
    if kind == "comments":
        rows = yield many(
            """SELECT c.id, 'comment' AS what, c.author_name, c.page, t.title, c.body, c.created_at AS at
            FROM comments c JOIN threads t ON t.site = c.site AND t.page = c.page
            WHERE c.site = :site AND c.created_at > :after AND c.created_at <= :until AND c.state = 'published'
                AND c.author_kind IN ('guest', 'user') ORDER BY c.created_at LIMIT :most""",
            site=site, after=after, until=until, most=most,
        )  # fmt: skip
    elif kind == "changes":
        rows = yield many(
            """SELECT d.comment_id AS id, d.what, c.author_name, c.page, COALESCE(t.title, '') AS title, c.body, d.at
            FROM comment_changes d JOIN comments c ON c.id = d.comment_id AND c.site = d.site
                LEFT JOIN threads t ON t.site = c.site AND t.page = c.page
            WHERE d.site = :site AND d.at > :after AND d.at <= :until AND d.actor <> :but ORDER BY d.at LIMIT :most""",
            site=site, after=after, until=until, most=most, but=but,
        )  # fmt: skip
    else:
        listed, values = in_list("k", _REVIEW if kind == "review" else _QUESTIONS)
        rows = yield many(
            f"""SELECT r.id, r.kind AS what, COALESCE(q.author_name, c.author_name, '') AS author_name, r.page,
                COALESCE(t.title, '') AS title, COALESCE(q.body, p.body, c.body, '') AS body, r.opened_at AS at
            FROM reviewables r LEFT JOIN comments c ON c.id = r.id LEFT JOIN answers a ON a.id = r.id
                LEFT JOIN comments q ON q.id = a.question_id LEFT JOIN questions p ON p.id = a.question_id
                LEFT JOIN threads t ON t.site = r.site AND t.page = r.page
            WHERE r.site = :site AND r.state = 'open' AND r.opened_at > :after AND r.opened_at <= :until
                AND r.kind IN ({listed}) ORDER BY r.opened_at LIMIT :most""",
            site=site, after=after, until=until, most=most, **values,
        )  # fmt: skip
    return [News(row["id"], row["what"], row["author_name"], row["page"], row["title"], row["body"], row["at"])
            for row in rows]  # fmt: skip


def hours_of(owner: str) -> Work[tuple[Hours, str]]:
    """An owner's hours, and the language of their mail; empty: the site's."""
    row = yield one("SELECT * FROM notice_hours WHERE owner_id = :owner", owner=owner)
    if row is None:
        return Hours(), ""
    return Hours(row["hour"], row["quiet_from"], row["quiet_until"]), row["lang"]


def keep_hours(owner: str, hours: Hours, lang: str) -> Work[None]:
    """Stores an owner's hours and language."""
    yield run(
        """INSERT INTO notice_hours (owner_id, hour, quiet_from, quiet_until, lang)
        VALUES (:owner, :hour, :from, :until, :lang)
        ON CONFLICT (owner_id) DO UPDATE SET hour = excluded.hour, quiet_from = excluded.quiet_from,
            quiet_until = excluded.quiet_until, lang = excluded.lang""",
        owner=owner, hour=hours.hour, until=hours.quiet_until, lang=lang, **{"from": hours.quiet_from},
    )  # fmt: skip


def stop(owner: str) -> Work[None]:
    """Turns off all notifications of an owner."""
    yield run("UPDATE notice_choices SET pace = 'never', next_at = NULL WHERE owner_id = :owner", owner=owner)


def _choice(row: object) -> Choice:
    values = cast("dict[str, object]", row)
    return Choice(*(values[name] for name in ("owner_id", "site", "kind", "pace", "told_at")))  # type: ignore[arg-type]  # as stored
