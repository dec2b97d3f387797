"""Texts of pages in the database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import orjson

from ..core.grounding.passages import Block
from ..core.page_addresses import key_of
from ..core.pages import ANYWHERE, page_key
from ..db.database import Database
from ..db.work import Work, many, one, run


@dataclass(frozen=True, slots=True)
class PageText:
    """What a page says: its blocks in order, and when they were last known to be so."""

    site: str
    url: str
    title: str
    lang: str
    blocks: tuple[Block, ...]
    hash: str
    etag: str
    last_modified: str
    status: str
    """`ok`, or `hint`: read where a visitor has said, since the page says itself that this is its address."""
    fetched_at: int
    asked: bool = True
    """Whether it is kept only since somebody asked there: no crawl has come by."""


_COLUMNS = "site, url, title, lang, blocks, hash, etag, last_modified, status, fetched_at, asked"
MOST_ASKED, MOST_ASKED_BYTES = 500, 4 * 1024 * 1024
"""Texts of a site that are kept only since visitors asked there."""


async def page_text(db: Database, site: str, url: str) -> PageText | None:
    """The text that is kept of a page."""
    row = await db.fetch_one(f"SELECT {_COLUMNS} FROM page_texts WHERE site = :site AND url = :url", site=site, url=url)
    if row is None:
        return None
    blocks = tuple(
        Block(text, tuple(headings), bool(more)) for text, headings, *more in orjson.loads(row.pop("blocks"))
    )
    return PageText(blocks=blocks, asked=bool(row.pop("asked")), **row)


def keep_page_text(page: PageText) -> Work[str | None]:
    """Keep a page's text in place of what was kept before, whose hash is returned."""
    before = yield one("SELECT hash FROM page_texts WHERE site = :site AND url = :url", site=page.site, url=page.url)
    blocks = _as_json(page)
    yield run(
        f"""INSERT INTO page_texts ({_COLUMNS}, size)
        VALUES (:site, :url, :title, :lang, :blocks, :hash, :etag, :last_modified, :status, :fetched_at, :asked, :size)
        ON CONFLICT (site, url) DO UPDATE SET title = excluded.title, lang = excluded.lang, blocks = excluded.blocks,
            hash = excluded.hash, etag = excluded.etag, last_modified = excluded.last_modified,
            status = excluded.status, fetched_at = excluded.fetched_at, size = excluded.size,
            asked = CASE WHEN page_texts.asked = 0 THEN 0 ELSE excluded.asked END""",
        site=page.site, url=page.url, title=page.title, lang=page.lang, blocks=blocks.decode(), hash=page.hash,
        etag=page.etag, last_modified=page.last_modified, status=page.status, fetched_at=page.fetched_at,
        asked=int(page.asked), size=len(blocks),
    )  # fmt: skip
    if page.asked:
        yield from _forget_oldest(page.site)
    return None if before is None else before["hash"]


def _as_json(page: PageText) -> bytes:
    """A page's blocks; what another page stands for has a 1 more."""
    return orjson.dumps([[block.text, block.headings, *[1] * block.repeated] for block in page.blocks])


def mark_page_text(page: PageText) -> Work[None]:
    """Keep which of its blocks other pages stand for, unless it says something else by now."""
    yield run(
        "UPDATE page_texts SET blocks = :blocks WHERE site = :site AND url = :url AND hash = :hash",
        site=page.site, url=page.url, hash=page.hash, blocks=_as_json(page).decode(),
    )  # fmt: skip


def _forget_oldest(site: str) -> Work[None]:
    """Drops the oldest pages fetched for visitors' questions beyond the site's limits."""
    rows = yield many(
        """SELECT url, size FROM page_texts WHERE site = :site AND asked = 1 ORDER BY fetched_at DESC
        LIMIT :limit""",
        site=site, limit=MOST_ASKED + 10,
    )  # fmt: skip
    left = MOST_ASKED_BYTES
    for number, row in enumerate(rows):
        left -= row["size"]
        if left < 0 or number >= MOST_ASKED:
            yield from drop_page_text(site, row["url"])


def name_threads(page: PageText, keys: Iterable[str]) -> Work[None]:
    """Gives a page's threads its title and URL, including threads under other keys that it names; never overrides what
    the owner has set."""
    for key in {key_of(page.url), *(page_key(key, ANYWHERE) for key in keys)}:
        yield run(
            """UPDATE threads SET title = :title, url = :url WHERE site = :site AND page = :page
            AND url_by_owner = 0 AND (title <> :title OR url <> :url)""",
            title=page.title, url=page.url, site=page.site, page=key,
        )  # fmt: skip


def drop_page_text(site: str, url: str) -> Work[str | None]:
    """Forget a page's text, whose hash is returned."""
    row = yield one("DELETE FROM page_texts WHERE site = :site AND url = :url RETURNING hash", site=site, url=url)
    return None if row is None else row["hash"]
