"""Aliases of page addresses: the owner's, and suggestions from crawls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..db.work import Work, many, one, run
from .store import note_change

MOST_SUGGESTED = 1_000


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A thread's page seems to have another address: a permanent redirect's target, or its canonical link."""

    old: str
    new: str
    reason: str
    found_at: int


def aliases_of(site: str) -> Work[list[tuple[str, str]]]:
    """Old and new keys, ordered by the old."""
    rows = yield many("SELECT old, new FROM page_aliases WHERE site = :site ORDER BY old", site=site)
    return [(row["old"], row["new"]) for row in rows]


def keep_aliases(site: str, pairs: Sequence[tuple[str, str]], now: int) -> Work[None]:
    """Stores aliases, replacing those with the same old key, and removes their suggestions."""
    for old, new in pairs:
        yield run(
            """INSERT INTO page_aliases (site, old, new, created_at) VALUES (:site, :old, :new, :now)
            ON CONFLICT (site, old) DO UPDATE SET new = excluded.new, created_at = excluded.created_at""",
            site=site, old=old, new=new, now=now,
        )  # fmt: skip
        yield run("DELETE FROM suggested_aliases WHERE site = :site AND old = :old", site=site, old=old)
    yield from note_change(now)


def drop_alias(site: str, old: str, now: int) -> Work[bool]:
    """Deletes an alias; joined threads stay joined. False if there is none."""
    row = yield one("DELETE FROM page_aliases WHERE site = :site AND old = :old RETURNING old", site=site, old=old)
    if row is not None:
        yield from note_change(now)
    return row is not None


def suggest(site: str, old: str, new: str, reason: str, now: int) -> Work[None]:
    """Suggests an alias for a key that has a thread, unless an owner has dismissed it."""
    yield run(
        """INSERT INTO suggested_aliases (site, old, new, reason, found_at)
        SELECT t.site, t.page, :new, :reason, CAST(:now AS BIGINT) FROM threads t WHERE t.site = :site AND t.page = :old
        ON CONFLICT (site, old) DO UPDATE SET new = excluded.new, reason = excluded.reason,
            found_at = excluded.found_at, dismissed = 0
        WHERE suggested_aliases.new <> excluded.new""",
        site=site, old=old, new=new, reason=reason, now=now,
    )  # fmt: skip


def suggestions(site: str) -> Work[list[Suggestion]]:
    """Suggestions from crawls that the owner has not dismissed, newest first."""
    rows = yield many(
        """SELECT old, new, reason, found_at FROM suggested_aliases WHERE site = :site AND dismissed = 0
        ORDER BY found_at DESC, old LIMIT :limit""",
        site=site, limit=MOST_SUGGESTED,
    )  # fmt: skip
    return [Suggestion(**row) for row in rows]


def dismiss(site: str, old: str) -> Work[bool]:
    """Dismisses a suggestion for good; False if there is none."""
    row = yield one(
        "UPDATE suggested_aliases SET dismissed = 1 WHERE site = :site AND old = :old AND dismissed = 0 RETURNING old",
        site=site, old=old,
    )  # fmt: skip
    return row is not None
