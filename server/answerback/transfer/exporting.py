"""Exports a site's threads, or the records of its answers."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TextIO

from ..answers import record_store
from ..answers.record_store import Record
from ..core.model import Comment
from ..db.database import Database
from ..errors import BadRequest
from . import store
from .formats import writer
from .store import Thread

Told = Callable[[int, int], None]


@dataclass(slots=True)
class Export:
    """An export of one site; `count` is the number of items written."""

    db: Database
    site: str
    now: int
    out: TextIO
    progress: Told = field(default=lambda done, total: None)
    count: int = 0
    lang: str = ""
    """The site's language, for what is read as a page."""

    async def write(self, format: str, *, answers: bool = False) -> int:
        """Writes comments, or records of answers, in one of `formats.EXPORTS`; returns their number."""
        await writer(format, answers=answers)(self)
        return self.count

    async def threads(self) -> AsyncIterator[tuple[Thread, list[Comment]]]:
        """All threads with all comments in any state, by creation; then threads without any. Each format counts what it
        writes."""
        threads = {thread.page: thread for thread in await self.db.read(lambda: store.threads_of(self.site))}
        total, done = len(threads), 0
        async for page, comments in self._pages():
            # A thread begun in the meantime is not included.
            yield threads.pop(page, Thread(page, "", "", False, None)), comments
            self.progress(min(done := done + 1, total), total)
        for thread in threads.values():
            yield thread, []

    async def _pages(self) -> AsyncIterator[tuple[str, list[Comment]]]:
        """All comments, page by page."""
        kept: list[Comment] = []
        after = store.BEFORE_ALL
        while found := await self.db.read(partial(store.comments_of, self.site, after)):
            after = store.place_of(found[-1])
            for comment in found:
                if kept and kept[0].page != comment.page:
                    yield kept[0].page, kept
                    kept = []
                kept.append(comment)
        if kept:
            yield kept[0].page, kept

    async def records(self) -> AsyncIterator[Record]:
        """The records of answers, in the order in which they were asked for."""
        total = await self.db.read(lambda: record_store.count_records(self.site))
        after = (-1, "")
        while found := await self.db.read(partial(record_store.records, self.site, after)):
            for record in found:
                yield record
            after = (found[-1].queued_at, found[-1].id)
            self.count += len(found)
            self.progress(min(self.count, total), total)


@contextmanager
def writing_to(output: str | None) -> Iterator[TextIO]:
    """Standard output, or a file that appears only when complete. Raises BadRequest."""
    if output is None:
        yield sys.stdout
        return
    target = Path(output)
    if target.is_dir():
        raise BadRequest("validation_failed", f"{target} is a folder.")
    unfinished = target.with_name(target.name + ".unfinished")
    try:
        with unfinished.open("w", encoding="utf-8", newline="") as file:
            yield file
        unfinished.replace(target)
    except OSError as error:
        raise BadRequest("validation_failed", f"{target} cannot be written ({error.strerror}).") from None
    finally:
        unfinished.unlink(missing_ok=True)
