"""An owner's sites, and the number of open items there. Every query names the sites."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..answers import quota
from ..answers.quota import Alert
from ..core.buckets import BUDGETS
from ..core.roles import Role
from ..db.database import Database
from ..db.sql import in_list
from ..db.work import Work, many, one


async def roles_of(db: Database, owner_id: str, on_all: Role | None) -> dict[str, Role]:
    """An owner's role on each site; `on_all` is the role of an owner of all sites."""
    if on_all is not None:
        return {row["key"]: on_all for row in await db.fetch_all("SELECT key FROM sites ORDER BY key")}
    rows = await db.fetch_all(
        """SELECT s.key, o.role FROM owner_sites o JOIN sites s ON s.key = o.site WHERE o.owner_id = :id
        ORDER BY s.key""",
        id=owner_id,
    )
    return {row["key"]: row["role"] for row in rows}


def waiting_count(sites: Sequence[str]) -> Work[int]:
    """The number of open items for the owner of these sites, counted up to 100."""
    if not sites:
        return 0
    names, params = in_list("site", sites)
    row = yield one(
        f"""SELECT COUNT(*) AS count FROM (SELECT 1 AS one FROM reviewables WHERE site IN ({names}) AND state = 'open'
        AND opened_at > 0 LIMIT 100) AS counted""",
        **params,
    )  # fmt: skip
    return int(row["count"])


def site_of(sites: Sequence[str], id: str) -> Work[str | None]:
    """The site of a comment, if it is one of these."""
    if not sites:
        return None
    names, params = in_list("site", sites)
    row = yield one(f"SELECT site FROM comments WHERE id = :id AND site IN ({names})", id=id, **params)
    return None if row is None else row["site"]


def alerts(days: Mapping[str, Sequence[str]]) -> Work[list[Alert]]:
    """Today's most used budgets; `days` maps each day to the sites where it is today."""
    found: list[Alert] = []
    for day, sites in days.items():
        names, params = in_list("site", sites)
        rows = yield many(
            f"""SELECT site, budget, most, used FROM budget_alerts WHERE day = :day AND site IN ({names})
            ORDER BY site, budget""",
            day=day, **params,
        )  # fmt: skip
        used = yield from quota.used_of([BUDGETS[row["budget"]](row["site"]) for row in rows], day)
        for row in rows:
            now = used.get(BUDGETS[row["budget"]](row["site"]), row["used"])
            found.append(Alert(row["site"], row["budget"], now, row["most"]))
    return found
