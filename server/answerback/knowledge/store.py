"""Texts of pages in the database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import orjson

from ..core.grounding.passages import Block
from ..core.page_addresses import key_of
from ..db.database import Database
from ..db.work import Work, one, run


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
    fetched_at: int


async def page_text(db: Database, site: str, url: str) -> PageText | None:
    """The text that is kept of a page."""
    row = await db.fetch_one("SELECT * FROM page_texts WHERE site = :site AND url = :url", site=site, url=url)
    if row is None:
        return None
    blocks = tuple(Block(text, tuple(headings)) for text, headings in orjson.loads(row.pop("blocks")))
    return PageText(blocks=blocks, **row)


def keep_page_text(page: PageText) -> Work[str | None]:
    """Keep a page's text in place of what was kept before, whose hash is returned."""
    before = yield one("SELECT hash FROM page_texts WHERE site = :site AND url = :url", site=page.site, url=page.url)
    yield run(
        """INSERT INTO page_texts (site, url, title, lang, blocks, hash, etag, last_modified, status, fetched_at)
        VALUES (:site, :url, :title, :lang, :blocks, :hash, :etag, :last_modified, :status, :fetched_at)
        ON CONFLICT (site, url) DO UPDATE SET title = excluded.title, lang = excluded.lang, blocks = excluded.blocks,
            hash = excluded.hash, etag = excluded.etag, last_modified = excluded.last_modified,
            status = excluded.status, fetched_at = excluded.fetched_at""",
        site=page.site, url=page.url, title=page.title, lang=page.lang,
        blocks=orjson.dumps([[block.text, block.headings] for block in page.blocks]).decode(),
        hash=page.hash, etag=page.etag, last_modified=page.last_modified, status=page.status,
        fetched_at=page.fetched_at,
    )  # fmt: skip
    return None if before is None else before["hash"]


def name_threads(page: PageText, keys: Iterable[str]) -> Work[None]:
    """Call the threads of a page as it calls itself, and have those whose keys it names be found there; not where the
    owner has said what and where they are."""
    own = key_of(page.url)
    for key in {own, *keys}:
        yield run(
            """UPDATE threads SET title = :title, url = :url WHERE site = :site AND page = :page
            AND url_by_owner = 0 AND (title <> :title OR url <> :url)""",
            title=page.title, url=page.url, site=page.site, page=key,
        )  # fmt: skip


def drop_page_text(site: str, url: str) -> Work[str | None]:
    """Forget a page's text, whose hash is returned."""
    row = yield one("DELETE FROM page_texts WHERE site = :site AND url = :url RETURNING hash", site=site, url=url)
    return None if row is None else row["hash"]
