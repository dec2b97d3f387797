"""A site's threads, or the records of its answers, out into a file of one of the formats."""

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
    """What is written of one site, and where to; `count` is how much there was in the end."""

    db: Database
    site: str
    now: int
    out: TextIO
    progress: Told = field(default=lambda done, total: None)
    count: int = 0
    lang: str = ""
    """The site's language, for what is read as a page."""

    async def write(self, format: str, *, answers: bool = False) -> int:
        """Write the comments, or the records of answers, in one of `formats.EXPORTS`; how many there were."""
        await writer(format, answers=answers)(self)
        return self.count

    async def threads(self) -> AsyncIterator[tuple[Thread, list[Comment]]]:
        """All threads with all their comments, in whatever state. The format counts those that it writes."""
        threads = await self.db.read(lambda: store.threads_of(self.site))
        for number, thread in enumerate(threads, 1):
            comments: list[Comment] = []
            while True:
                after = (comments[-1].created_at, comments[-1].id) if comments else (-1, "")
                following = await self.db.read(partial(store.comments_of, self.site, thread.page, after))
                comments += following
                if len(following) < store.EXPORTED_AT_ONCE:
                    break
            yield thread, comments
            self.progress(number, len(threads))

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
    """Standard output, or a file that appears under its name only when it is complete. Raises BadRequest."""
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
