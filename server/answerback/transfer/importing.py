"""Comments from elsewhere into a site: made safe, under their parents, and only once however often it is done."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from ..comments.posting import page_url, place_below
from ..core import comments as rules
from ..core.markdown import render, sanitise
from ..core.model import Comment
from ..db.database import Database
from ..db.work import Work
from ..sites.settings import Site
from . import store
from .formats import IMPORTS, reader
from .model import TEXT_LIMIT, Incoming, IncomingThread, counted, parents_first

BATCH = 200
_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_UNKNOWN_ANSWER: dict[str, Any] = {
    "state": "done", "provider": "", "model": "", "sources": [], "verified_by_owner": 0,
}  # fmt: skip


@dataclass(slots=True)
class Imported:
    """What became of a file's comments: put in, there already, left out; and on how many pages they are."""

    added: int = 0
    present: int = 0
    skipped: int = 0
    pages: int = 0


class Importer:
    """Puts a file's comments into one site."""

    def __init__(self, db: Database, site: Site, format: str, now: int) -> None:
        self._db = db
        self._site = site
        self._format = format
        self._ours = bool(IMPORTS[format].writes)
        self._now = now
        self._placed: dict[str, Comment] = {}

    async def run(self, path: Path, progress: Callable[[int, int], None] = lambda done, total: None) -> Imported:
        """Import a file. Raises BadRequest when it cannot be read; `progress` is told how far it is."""
        read, threads = counted(reader(self._format)(path, self._now))
        usable = [item for item in read if _usable(item)]
        result = Imported(skipped=len(read) - len(usable), pages=len({item.page for item in usable}))
        threads = [thread for thread in threads if rules.is_text(thread.page)]
        for start in range(0, len(threads), BATCH):
            await self._db.write(partial(self._save_threads, threads[start : start + BATCH]))
        ordered = list(parents_first(usable))
        for start in range(0, len(ordered), BATCH):
            batch = ordered[start : start + BATCH]
            saved = await self._db.write(partial(self._save, batch))
            self._placed |= {id: comment for id, comment, _ in saved}
            added = sum(new for _, _, new in saved)
            result.added += added
            result.present += len(saved) - added
            progress(start + len(batch), len(ordered))
        return result

    def _save_threads(self, batch: list[IncomingThread]) -> Work[None]:
        for item in batch:
            thread = store.Thread(item.page, self._url(item), _title(item), item.locked, item.ai)
            yield from store.add_thread(self._site.key, thread, self._now)

    def _url(self, item: Incoming | IncomingThread) -> str:
        return page_url(self._site, item.url)

    def _save(self, batch: list[tuple[Incoming, str | None]]) -> Work[list[tuple[str, Comment, bool]]]:
        wanted = [id for item, _ in batch for id in {item.id, self._derived(item.id)}]
        taken = yield from store.taken(wanted)
        saved: dict[str, tuple[str, Comment, bool]] = {}
        for item, parent_id in batch:
            before = self._before(item, taken)
            if before is not None:
                saved[item.id] = (item.id, before, False)
                continue
            parent = None if parent_id is None else self._placed.get(parent_id)
            if parent_id in saved:
                parent = saved[parent_id][1]
            comment = self._comment(item, parent, taken)
            url, title = self._url(item), _title(item)
            yield from store.add(comment, url, title, self._now)
            if comment.author_kind == "ai":
                yield from store.add_answer(comment, item.answer or _UNKNOWN_ANSWER, url, title)
            saved[item.id] = (item.id, comment, True)
        return list(saved.values())

    def _derived(self, id: str) -> str:
        """The same id here each time for the same comment there."""
        digest = hashlib.sha256(f"{self._site.key}\0{self._format}\0{id}".encode()).digest()
        return base64.urlsafe_b64encode(digest)[:16].decode()

    def _before(self, item: Incoming, taken: dict[str, Comment]) -> Comment | None:
        """The comment that this one is already: imported before, or (of our own export) where it came from."""
        found = taken.get(self._derived(item.id))
        if found is None and self._ours:
            found = taken.get(item.id)
        return found if found is not None and found.site == self._site.key else None

    def _comment(self, item: Incoming, parent: Comment | None, taken: dict[str, Comment]) -> Comment:
        keeps = self._ours and item.id not in taken and _ID.fullmatch(item.id)
        id = item.id if keeps else self._derived(item.id)
        parent_id, root_id, depth = None, id, 0
        if parent is not None and parent.page == item.page:
            parent_id, root_id, depth = place_below(parent)
        body = rules.clean_text(item.body)
        return Comment(
            id=id, site=self._site.key, page=item.page, parent_id=parent_id, root_id=root_id, depth=depth,
            author_id=None, author_name=rules.clean_line(item.name)[: rules.NAME_LIMIT], author_kind=item.kind,
            avatar_url=None, body=body, html=sanitise(item.html) if item.html else render(body), state=item.state,
            created_at=item.created_at, edited_at=item.edited_at, up=item.up, down=item.down, pinned=item.pinned,
        )  # fmt: skip


def _title(item: Incoming | IncomingThread) -> str:
    return rules.clean_title(item.title)


def _usable(item: Incoming) -> bool:
    if not item.id or not item.page or "\x00" in item.page + item.body + item.html:
        return False
    if len(item.body) > TEXT_LIMIT or len(item.html) > TEXT_LIMIT:
        return False
    return item.state == "deleted" or bool(rules.clean_text(item.body))
