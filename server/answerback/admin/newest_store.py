"""Finds which of an owner's many sites have rows, and which the newest, so that other queries read only those."""

from __future__ import annotations

from collections.abc import Sequence

from ..db.sql import in_list
from ..db.work import Work, many

FEW = 30
"""Up to this number, sites are not narrowed down at all."""


def newest_sites(sites: Sequence[str], latest: Sequence[str], limit: int, **values: object) -> Work[Sequence[str]]:
    """The sites that the `limit` newest rows can belong to. Each of `latest` selects the time of the newest row of site
    `s.key` by an index: one lookup for each site, in a single statement."""
    if len(sites) <= FEW:
        return sites
    names, params = in_list("site", sites)
    moments = ", ".join(f"({one}) AS at_{number}" for number, one in enumerate(latest))
    rows = yield many(f"SELECT s.key, {moments} FROM sites s WHERE s.key IN ({names})", **params, **values)
    newest = {row.pop("key"): max((at for at in row.values() if at is not None), default=-1) for row in rows}
    least = sorted(newest.values(), reverse=True)[:limit][-1:]
    return [site for site, at in newest.items() if at >= max(0, *least)]


def sites_with(sites: Sequence[str], rows_of: Sequence[str], **values: object) -> Work[Sequence[str]]:
    """The sites with a row in one of these, each a table and a condition on rows of site `s.key`."""
    if len(sites) <= FEW:
        return sites
    names, params = in_list("site", sites)
    # Not EXISTS: for that, PostgreSQL may scan the whole table instead of using the index for each site.
    any_row = " OR ".join(f"(SELECT 1 FROM {one} LIMIT 1) = 1" for one in rows_of)
    rows = yield many(f"SELECT s.key FROM sites s WHERE s.key IN ({names}) AND ({any_row})", **params, **values)
    return [row["key"] for row in rows]
