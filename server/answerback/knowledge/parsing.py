"""Parses sites' files in sandbox processes with limits of time and memory."""

from __future__ import annotations

import asyncio
from typing import Any
from weakref import WeakValueDictionary

from ..core.answering import Passage
from ..core.grounding.passages import Block
from ..net.fetch import Fetched
from ..sandbox.frames import Body
from ..sandbox.pool import Limits, Pool
from .crawl.links import Signs, Teaser
from .crawl.sitemaps import Sitemap
from .extract.content import Content
from .index.store import Entry
from .store import PageText

LIMITS = Limits(seconds=2.0, megabytes=200)
AT_ONCE = 2
PAGES = Pool("answerback.knowledge.tasks", LIMITS, AT_ONCE)


class Parsing:
    """Reads pages and sitemaps, of one site one at a time: however much one sends, the others find a worker."""

    def __init__(self, pool: Pool = PAGES) -> None:
        self._workers = pool
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def page(self, site: str, fetched: Fetched, url: str, origins: tuple[str, ...]) -> tuple[Content, Signs]:
        """A page's content, and what it says about itself. Raises sandbox.Refused."""
        args = {
            "url": url, "content_type": fetched.content_type, "robots": fetched.robots, "origins": origins,
            "addresses": [url, fetched.url],
        }  # fmt: skip
        found = await self._run(site, "page", args, fetched.body)
        blocks = tuple(Block(text, tuple(headings)) for text, headings in found["blocks"])
        signs = found["signs"]
        signs |= {name: tuple(signs[name]) for name in ("links", "keys")}
        signs["teasers"] = tuple(Teaser(**teaser) for teaser in signs["teasers"])
        return Content(found["title"], found["lang"], blocks, found["is_cut"]), Signs(**signs)

    async def sitemap(self, site: str, body: Body) -> Sitemap:
        """The places that a sitemap lists. Raises sandbox.Refused."""
        return Sitemap(**(await self._run(site, "sitemap", {}, body)))

    async def passages(self, page: PageText) -> list[Entry]:
        """A page's passages with their terms. Raises sandbox.Refused."""
        args = {"url": page.url, "title": page.title, "blocks": [[block.text, block.headings] for block in page.blocks]}
        found = await self._run(page.site, "passages", args)
        return [Entry(**(entry | {"passage": Passage(**entry["passage"])})) for entry in found]

    async def _run(self, site: str, task: str, args: Any, body: Body = b"") -> Any:
        async with self._turns.setdefault(site, asyncio.Lock()):
            result, _ = await self._workers.run(task, args, body)
            return result
