"""Saved replies of a site, with variables in braces."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..db.sql import in_list
from ..db.work import Work, many, one, run

VARIABLES = ("name", "page", "url", "site")
"""The variables: the author's name, the page's title and address, the site's name."""
MOST = 100
NAME_LIMIT, BODY_LIMIT = 60, 5_000


@dataclass(frozen=True, slots=True)
class SavedReply:
    """A named reply."""

    id: str
    site: str
    name: str
    body: str


def filled(body: str, values: Mapping[str, str]) -> str:
    """The text with variables replaced by their values; other braces stay as they are."""
    return re.sub(r"\{(\w+)\}", lambda match: values.get(match[1], match[0]), body)


def replies(sites: Sequence[str]) -> Work[list[SavedReply]]:
    """The saved replies of these sites, by name."""
    if not sites:
        return []
    names, params = in_list("site", sites)
    rows = yield many(
        f"SELECT id, site, name, body FROM saved_replies WHERE site IN ({names}) LIMIT {MOST * 5}", **params
    )
    return sorted((SavedReply(**row) for row in rows), key=lambda reply: (reply.name.casefold(), reply.id))


def keep(reply: SavedReply, now: int) -> Work[None]:
    """Stores a reply, replacing the one with its id."""
    yield run(
        """INSERT INTO saved_replies (id, site, name, body, updated_at) VALUES (:id, :site, :name, :body, :now)
        ON CONFLICT (id) DO UPDATE SET name = excluded.name, body = excluded.body, updated_at = excluded.updated_at
            WHERE saved_replies.site = excluded.site""",
        id=reply.id, site=reply.site, name=reply.name, body=reply.body, now=now,
    )  # fmt: skip


def is_there(site: str, id: str) -> Work[bool]:
    """Whether the site has this reply."""
    row = yield one("SELECT 1 AS one FROM saved_replies WHERE site = :site AND id = :id", site=site, id=id)
    return row is not None


def count(site: str) -> Work[int]:
    """The number of a site's replies."""
    row = yield one("SELECT COUNT(*) AS count FROM saved_replies WHERE site = :site", site=site)
    return int(row["count"])


def drop(sites: Sequence[str], id: str) -> Work[bool]:
    """Delete a reply of these sites."""
    if not sites:
        return False
    names, params = in_list("site", sites)
    row = yield one(f"DELETE FROM saved_replies WHERE id = :id AND site IN ({names}) RETURNING id", id=id, **params)
    return row is not None
