"""Origins that requested a site's comments and were rejected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..db.sql import in_list
from ..db.work import Work, many, one, run
from .store import change_site

MOST_REFUSED = 20
"""The most stored for each site: anybody can send any origin."""


@dataclass(frozen=True, slots=True)
class RefusedOrigin:
    """An origin whose page has requested comments."""

    site: str
    origin: str
    seen_at: int


def note_refused(site: str, origin: str, now: int) -> Work[None]:
    """Records a rejected origin; a dismissed one stays dismissed."""
    yield run(
        """INSERT INTO refused_origins (site, origin, seen_at)
        SELECT s.key, :origin, CAST(:now AS BIGINT) FROM sites s WHERE s.key = :site
            AND (SELECT COUNT(*) FROM refused_origins r WHERE r.site = :site AND r.dismissed = 0) < :most
        ON CONFLICT (site, origin) DO UPDATE SET seen_at = excluded.seen_at""",
        site=site, origin=origin, now=now, most=MOST_REFUSED,
    )  # fmt: skip


def refused_origins(sites: Sequence[str]) -> Work[list[RefusedOrigin]]:
    """Rejected origins that an owner of these sites may allow, newest first."""
    names, params = in_list("site", sites)
    rows = yield many(
        f"""SELECT site, origin, seen_at FROM refused_origins WHERE site IN ({names}) AND dismissed = 0
        ORDER BY seen_at DESC, site, origin LIMIT :limit""",
        **params, limit=MOST_REFUSED,
    )  # fmt: skip
    return [RefusedOrigin(**row) for row in rows]


def allow_refused(site: str, origin: str, now: int) -> Work[bool]:
    """Adds a rejected origin to the site's origins; False if it is not recorded."""
    row = yield one(
        "DELETE FROM refused_origins WHERE site = :site AND origin = :origin RETURNING origin",
        site=site, origin=origin,
    )  # fmt: skip
    if row is not None:
        yield from change_site(site, {}, now, added={"origins": origin})
    return row is not None


def dismiss_refused(site: str, origin: str) -> Work[bool]:
    """Dismisses this origin for good; False if it is not offered."""
    row = yield one(
        """UPDATE refused_origins SET dismissed = 1 WHERE site = :site AND origin = :origin AND dismissed = 0
        RETURNING origin""",
        site=site, origin=origin,
    )  # fmt: skip
    return row is not None
