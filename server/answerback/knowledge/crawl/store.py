"""A site's pages and crawls in the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from ...core.times import CLOCKS_DIFFER_MS
from ...db.sql import containing, in_list
from ...db.work import Row, Work, many, one, run

STATUSES = (
    "ok",
    "waiting",
    "duplicate",
    "canonical",
    "moved",
    "noindex",
    "robots",
    "listing",
    "empty",
    "script",
    "missing",
    "elsewhere",
    "type",
    "large",
    "complex",
    "http",
    "slow",
    "network",
    "address",
    "redirects",
    "forgotten",
)
"""What may have become of a page; the owner's pages have a text for each."""


@dataclass(frozen=True, slots=True)
class SitePage:
    """A page of a site as last seen; times in milliseconds, 0 for never."""

    url: str
    title: str
    hash: str
    status: str
    passages: int
    etag: str
    last_modified: str
    found_at: int
    read_at: int
    changed_at: int
    failures: int = 0
    """How often in a row it could not be read."""
    missing: int = 0
    """How often in a row there was nothing to read."""
    leads_to: str = ""
    """Where it is instead: where it has moved to, its canonical page, or the one that says the same."""


@dataclass(frozen=True, slots=True)
class Crawl:
    """The state of a site's crawl and the result of the last finished one (`report.Crawled`); times in milliseconds, 0
    for never."""

    site: str
    begun_at: int
    ended_at: int
    due_at: int
    done: int
    total: int
    error: str
    running: bool
    report: dict[str, Any]


_PAGE = """url, title, hash, status, passages, etag, last_modified, found_at, read_at, changed_at, failures, missing,
    leads_to"""


def site_pages(site: str) -> Work[dict[str, SitePage]]:
    """All known pages of a site, by address."""
    rows = yield many(f"SELECT {_PAGE} FROM site_pages WHERE site = :site ORDER BY read_at, url", site=site)
    return {row["url"]: SitePage(**row) for row in rows}


def some_pages(site: str, status: str, text: str, after: str, limit: int) -> Work[list[SitePage]]:
    """A site's pages by address, from one on, filtered by status and text if given."""
    rows = yield many(
        f"""SELECT {_PAGE} FROM site_pages WHERE site = :site AND (:status = '' OR status = :status) AND url > :after
        AND (:text = '' OR url LIKE :like ESCAPE '!' OR LOWER(title) LIKE :like ESCAPE '!')
        ORDER BY url LIMIT :limit""",
        site=site, status=status, after=after, text=text, limit=limit,
        like=containing(text.lower()),
    )  # fmt: skip
    return [SitePage(**row) for row in rows]


def count_pages(sites: Sequence[str]) -> Work[list[Row]]:
    """Pages and passages of sites by status: `{site, status, pages, passages, read_at}`."""
    if not sites:
        return []
    listed, params = in_list("site", sites)
    rows: list[Row] = yield many(
        f"""SELECT site, status, COUNT(*) AS pages, CAST(SUM(passages) AS BIGINT) AS passages, MAX(read_at) AS read_at
        FROM site_pages WHERE site IN ({listed})
        GROUP BY site, status ORDER BY site, status""",
        **params,
    )
    return rows


def same_text(site: str, url: str, hash: str) -> Work[str | None]:
    """Another page in use with the same text."""
    row = yield one(
        """SELECT url FROM site_pages WHERE site = :site AND hash = :hash AND status = 'ok' AND url <> :url
        ORDER BY url LIMIT 1""",
        site=site, hash=hash, url=url,
    )  # fmt: skip
    return None if row is None else row["url"]


def keep_page(site: str, page: SitePage) -> Work[bool]:
    """Stores a page; False if an owner has forgotten it, which lasts."""
    row = yield one(
        f"""INSERT INTO site_pages (site, {_PAGE})
        VALUES (:site, :url, :title, :hash, :status, :passages, :etag, :last_modified, :found_at, :read_at,
            :changed_at, :failures, :missing, :leads_to)
        ON CONFLICT (site, url) DO UPDATE SET title = excluded.title, hash = excluded.hash, status = excluded.status,
            passages = excluded.passages, etag = excluded.etag, last_modified = excluded.last_modified,
            read_at = excluded.read_at, changed_at = excluded.changed_at, failures = excluded.failures,
            missing = excluded.missing, leads_to = excluded.leads_to
        WHERE site_pages.status <> 'forgotten' RETURNING url""",
        site=site, **{name: getattr(page, name) for name in SitePage.__slots__},
    )  # fmt: skip
    return row is not None


def note_pages(site: str, urls: Iterable[str], now: int) -> Work[None]:
    """Stores found addresses, to be read later."""
    for url in urls:
        yield run(
            """INSERT INTO site_pages (site, url, status, found_at) VALUES (:site, :url, 'waiting', :now)
            ON CONFLICT (site, url) DO NOTHING""",
            site=site, url=url, now=now,
        )  # fmt: skip


def drop_page(site: str, url: str) -> Work[None]:
    """Deletes a page, unless an owner has forgotten it, which must be remembered."""
    yield run("DELETE FROM site_pages WHERE site = :site AND url = :url AND status <> 'forgotten'", site=site, url=url)


def set_status(site: str, url: str, status: str) -> Work[bool]:
    """Sets a page's status and clears its validators; False if there is no such page."""
    row = yield one(
        """UPDATE site_pages SET status = :status, hash = '', etag = '', last_modified = '', passages = 0
        WHERE site = :site AND url = :url RETURNING url""",
        site=site, url=url, status=status,
    )  # fmt: skip
    return row is not None


def forget_site(site: str) -> Work[None]:
    """Forgets a site's pages but remembers which must not come back."""
    yield run("DELETE FROM site_pages WHERE site = :site AND status <> 'forgotten'", site=site)


# ---- crawls


def begin_crawl(site: str, holder: str, now: int, lease_until: int) -> Work[bool]:
    """Takes the lease of a site's crawl, also one's own after a break; False if someone else holds it."""
    yield run("INSERT INTO site_crawls (site) VALUES (:site) ON CONFLICT (site) DO NOTHING", site=site)
    row = yield one(
        """UPDATE site_crawls SET holder = :holder, lease_until = :lease_until, begun_at = :now, done = 0, total = 0,
            due_at = 0, error = ''
        WHERE site = :site AND (holder IS NULL OR holder = :holder OR lease_until NOT BETWEEN :now AND :longest)
        RETURNING site""",
        site=site, holder=holder, now=now, lease_until=lease_until, longest=lease_until + CLOCKS_DIFFER_MS,
    )  # fmt: skip
    return row is not None


def go_on(site: str, holder: str, done: int, total: int, lease_until: int) -> Work[bool]:
    """Records progress and renews the lease; False if it is lost."""
    row = yield one(
        """UPDATE site_crawls SET done = :done, total = :total, lease_until = :lease_until
        WHERE site = :site AND holder = :holder RETURNING site""",
        site=site, holder=holder, done=done, total=total, lease_until=lease_until,
    )  # fmt: skip
    return row is not None


def end_crawl(site: str, holder: str, now: int, due_at: int, error: str, report: Mapping[str, Any]) -> Work[None]:
    """Ends a crawl with its result and sets when the site is due again, unless a crawl was requested meanwhile."""
    yield run(
        """UPDATE site_crawls SET holder = NULL, lease_until = NULL, ended_at = :now, error = :error, report = :report,
            due_at = CASE WHEN due_at > 0 THEN due_at ELSE :due_at END
        WHERE site = :site AND holder = :holder""",
        site=site, holder=holder, now=now, due_at=due_at, error=error,
        report=orjson.dumps(report).decode(),
    )  # fmt: skip


def make_due(site: str, now: int) -> Work[None]:
    """Makes a site's crawl due now."""
    yield run(
        """INSERT INTO site_crawls (site, due_at) VALUES (:site, :now)
        ON CONFLICT (site) DO UPDATE SET due_at = excluded.due_at""",
        site=site, now=now,
    )  # fmt: skip


def crawls(now: int) -> Work[dict[str, Crawl]]:
    """The state of each site's crawl."""
    rows = yield many("SELECT * FROM site_crawls ORDER BY site")
    return {
        row["site"]: Crawl(
            row["site"], row["begun_at"], row["ended_at"], row["due_at"], row["done"], row["total"], row["error"],
            row["holder"] is not None and row["lease_until"] >= now, orjson.loads(row["report"]),
        )
        for row in rows
    }  # fmt: skip
