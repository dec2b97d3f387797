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
    """A page of a site, as it was when it was last looked at; times in milliseconds, 0 for never."""

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
    """How far the reading of a site has come, and what has come of the last one that has ended (`report.Crawled`);
    times in milliseconds, 0 for never."""

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
    """All that is known of a site's pages, by address."""
    rows = yield many(f"SELECT {_PAGE} FROM site_pages WHERE site = :site ORDER BY read_at, url", site=site)
    return {row["url"]: SitePage(**row) for row in rows}


def some_pages(site: str, status: str, text: str, after: str, limit: int) -> Work[list[SitePage]]:
    """Pages of a site by address, from one on; of one status where it is not empty, with a text in it likewise."""
    rows = yield many(
        f"""SELECT {_PAGE} FROM site_pages WHERE site = :site AND (:status = '' OR status = :status) AND url > :after
        AND (:text = '' OR url LIKE :like ESCAPE '!' OR LOWER(title) LIKE :like ESCAPE '!')
        ORDER BY url LIMIT :limit""",
        site=site, status=status, after=after, text=text, limit=limit,
        like=containing(text.lower()),
    )  # fmt: skip
    return [SitePage(**row) for row in rows]


def count_pages(sites: Sequence[str]) -> Work[list[Row]]:
    """How many pages and passages of each status sites have: `{site, status, pages, passages, read_at}`."""
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
    """Another page of the site in use that says the same."""
    row = yield one(
        """SELECT url FROM site_pages WHERE site = :site AND hash = :hash AND status = 'ok' AND url <> :url
        ORDER BY url LIMIT 1""",
        site=site, hash=hash, url=url,
    )  # fmt: skip
    return None if row is None else row["url"]


def keep_page(site: str, page: SitePage) -> Work[bool]:
    """Keep what is known of a page; False when an owner has forgotten it, which stays so."""
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
    """Keep addresses that have been found, to be read later."""
    for url in urls:
        yield run(
            """INSERT INTO site_pages (site, url, status, found_at) VALUES (:site, :url, 'waiting', :now)
            ON CONFLICT (site, url) DO NOTHING""",
            site=site, url=url, now=now,
        )  # fmt: skip


def drop_page(site: str, url: str) -> Work[None]:
    """Forget a page that is no more, unless an owner has forgotten it: then it must not come back."""
    yield run("DELETE FROM site_pages WHERE site = :site AND url = :url AND status <> 'forgotten'", site=site, url=url)


def set_status(site: str, url: str, status: str) -> Work[bool]:
    """Give a page another status, without marks to ask by; False when there is no such page."""
    row = yield one(
        """UPDATE site_pages SET status = :status, hash = '', etag = '', last_modified = '', passages = 0
        WHERE site = :site AND url = :url RETURNING url""",
        site=site, url=url, status=status,
    )  # fmt: skip
    return row is not None


def forget_site(site: str) -> Work[None]:
    """Forget all pages of a site, but for which of them must not come back."""
    yield run("DELETE FROM site_pages WHERE site = :site AND status <> 'forgotten'", site=site)


# ---- crawls


def begin_crawl(site: str, holder: str, now: int, lease_until: int) -> Work[bool]:
    """Take the reading of a site, one's own that was cut off included; False while somebody else has it."""
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
    """Say how far the reading has come; False when it is not ours any more."""
    row = yield one(
        """UPDATE site_crawls SET done = :done, total = :total, lease_until = :lease_until
        WHERE site = :site AND holder = :holder RETURNING site""",
        site=site, holder=holder, done=done, total=total, lease_until=lease_until,
    )  # fmt: skip
    return row is not None


def end_crawl(site: str, holder: str, now: int, due_at: int, error: str, report: Mapping[str, Any]) -> Work[None]:
    """Let go of the reading of a site with what has come of it, and say when it is due again, unless it has been asked
    for meanwhile."""
    yield run(
        """UPDATE site_crawls SET holder = NULL, lease_until = NULL, ended_at = :now, error = :error, report = :report,
            due_at = CASE WHEN due_at > 0 THEN due_at ELSE :due_at END
        WHERE site = :site AND holder = :holder""",
        site=site, holder=holder, now=now, due_at=due_at, error=error,
        report=orjson.dumps(report).decode(),
    )  # fmt: skip


def make_due(site: str, now: int) -> Work[None]:
    """Have a site read as soon as may be."""
    yield run(
        """INSERT INTO site_crawls (site, due_at) VALUES (:site, :now)
        ON CONFLICT (site) DO UPDATE SET due_at = excluded.due_at""",
        site=site, now=now,
    )  # fmt: skip


def crawls(now: int) -> Work[dict[str, Crawl]]:
    """How far the reading of each site has come, by site."""
    rows = yield many("SELECT * FROM site_crawls ORDER BY site")
    return {
        row["site"]: Crawl(
            row["site"], row["begun_at"], row["ended_at"], row["due_at"], row["done"], row["total"], row["error"],
            row["holder"] is not None and row["lease_until"] >= now, orjson.loads(row["report"]),
        )
        for row in rows
    }  # fmt: skip
