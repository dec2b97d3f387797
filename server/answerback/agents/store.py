"""The pages that a site's crawl has read."""

from __future__ import annotations

from dataclasses import dataclass

from ..db.work import Work, many, one

MOST_PAGES = 5_000


@dataclass(frozen=True, slots=True)
class Page:
    """A page in use, with the beginning of its text."""

    url: str
    title: str


def pages(site: str) -> Work[list[Page]]:
    """A site's pages in use, by address."""
    rows = yield many(
        """SELECT url, title FROM site_pages WHERE site = :site AND status = 'ok' ORDER BY url LIMIT :limit""",
        site=site, limit=MOST_PAGES,
    )  # fmt: skip
    return [Page(**row) for row in rows]


def is_page(site: str, url: str) -> Work[bool]:
    """Whether a crawl uses this page: one that only a visitor has named is not shown to others."""
    row = yield one(
        "SELECT 1 AS one FROM site_pages WHERE site = :site AND url = :url AND status = 'ok'", site=site, url=url
    )
    return row is not None
