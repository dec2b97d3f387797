"""Full-text search of the log. A job updates the index, and so does each search."""

from __future__ import annotations

import asyncio
from functools import partial

from ..core.grounding.terms import terms
from ..jobs.model import Job, Kind
from ..runtime import Runtime
from . import log_texts_store as store
from .log_texts_store import Change, Hit, Text

EVERY_MS = 60_000
AT_ONCE = 200
MOST_WORDS = 12
"""The most words of a search that count."""


class LogIndex:
    """The full-text index of the log."""

    def __init__(self, runtime: Runtime) -> None:
        self._db = runtime.db
        self._texts = store.texts_of(is_sqlite=runtime.db.is_sqlite)
        self._turn = asyncio.Lock()

    def kind(self) -> Kind:
        """The job that keeps it up to date."""
        return Kind("log_index", self._work, every_ms=EVERY_MS, seconds=None)

    async def _work(self, _: Job) -> None:
        while await self.catch_up():
            pass

    async def catch_up(self) -> bool:
        """Indexes the oldest recorded changes; returns whether there may be more."""
        async with self._turn:
            noted: list[Change] = await self._db.read(partial(store.changes, AT_ONCE))
            if not noted:
                return False
            found = await self._db.read(partial(store.texts, noted))
            ready = await asyncio.to_thread(lambda: [(text, _words(text)) for text in found])
            await self._db.write(partial(store.keep, self._texts, ready, noted[-1].id))
            return len(noted) == AT_ONCE

    async def search(self, sites: list[str], text: str, before: int, most: int) -> list[Hit]:
        """Entries of these sites that contain all words of a text, newest first."""
        wanted = list(dict.fromkeys(terms(text)))[:MOST_WORDS]
        if not wanted:
            return []
        return await self._db.read(partial(store.hits, self._texts, sites, wanted, before, most))


def _words(text: Text) -> str:
    return " ".join(dict.fromkeys(terms(text.body)))
