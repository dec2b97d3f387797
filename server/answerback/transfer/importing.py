"""Imports comments into a site: sanitised, under their parents, and idempotent."""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from ..comments.posting import page_url, place_below
from ..core import comments as rules
from ..core.markdown import render, sanitise
from ..core.model import Comment
from ..core.pages import WELL_KNOWN, PageRules
from ..db.database import Database
from ..db.work import Work
from ..sites.settings import Site
from . import store
from .addresses import AddressMap, key_elsewhere, plain_address
from .formats import IMPORTS, reader, recognised
from .model import EARLIEST, PLACEHOLDERS, TEXT_LIMIT, Incoming, IncomingThread, Mended, Reason, counted, parents_first
from .source import Source

BATCH = 200
_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_UNKNOWN_ANSWER: dict[str, Any] = {
    "state": "done", "provider": "", "model": "", "sources": [], "verified_by_owner": 0, "revised_at": None,
    "supported": None, "support_reason": "", "certainty": None,
}  # fmt: skip


@dataclass(slots=True)
class Imported:
    """The outcome of a file's comments: added, already present, or left out with the reason; and the number of pages
    they are on."""

    format: str
    dry_run: bool = False
    added: int = 0
    present: int = 0
    placeholders: int = 0
    """Of what is left out, how much keeps its place, without words, above its replies."""
    pages: int = 0
    left_out: Counter[Reason] = field(default_factory=Counter)
    mended: Counter[Mended] = field(default_factory=Counter)

    @property
    def skipped(self) -> int:
        """How many comments are left out."""
        return self.left_out.total()

    def public(self) -> dict[str, Any]:
        """As `--json` prints it."""
        return {
            "format": self.format, "dry_run": self.dry_run, "added": self.added, "present": self.present,
            "skipped": self.skipped, "placeholders": self.placeholders, "pages": self.pages,
            "left_out": {reason.value: count for reason, count in self.left_out.items() if count},
            "mended": {what.value: count for what, count in self.mended.items() if count},
        }  # fmt: skip


class Importer:
    """Puts a file's comments into one site; a dry run only says what it would do."""

    def __init__(
        self, db: Database, site: Site, now: int, addresses: AddressMap | None = None, *, dry_run: bool = False
    ) -> None:
        self._db = db
        self._site = site
        self._now = now
        self._addresses = addresses or AddressMap([])
        self._dry_run = dry_run
        own = site.pages.rules
        self._rules = PageRules(own.origins, own.params | WELL_KNOWN, own.hash_routes, any_host=True)
        self._placed: dict[str, Comment] = {}
        self._format = ""

    async def run(
        self, source: Source, format: str | None = None, progress: Callable[[int, int], None] = lambda done, total: None
    ) -> Imported:
        """Import a file, of the format that it looks like unless one is given; `progress` is told how far it is.

        Raises BadRequest when it cannot be read, or is of another format.
        """
        self._format = recognised(source, format)
        read, threads = counted(reader(self._format)(source))
        result = Imported(self._format, self._dry_run)
        result.mended.update(source.mended)
        ordered = list(parents_first(self._sorted_out(read, result)))
        result.pages = len({item.page for item, _ in ordered})
        if not self._dry_run:
            threads = [thread for thread in threads if rules.is_text(self._place(thread)[1]) and self._place(thread)[1]]
            for start in range(0, len(threads), BATCH):
                await self._db.write(partial(self._save_threads, threads[start : start + BATCH]))
        for start in range(0, len(ordered), BATCH):
            await self._bring(ordered[start : start + BATCH], result)
            progress(min(start + BATCH, len(ordered)), len(ordered))
        return result

    async def _bring(self, batch: list[tuple[Incoming, str | None]], result: Imported) -> None:
        if self._dry_run:
            taken = await self._db.read(lambda: store.taken(self._wanted(batch)))
            for item, parent_id in batch:
                alone = item.parent is not None and parent_id is None and self._derived(item.parent) not in taken
                _count(item, self._before(item, taken) is None, alone, result)
            return
        saved = await self._db.write(partial(self._save, batch))
        self._placed |= {item.id: comment for item, comment, _ in saved}
        for item, comment, new in saved:
            _count(item, new, item.parent is not None and comment.parent_id is None, result)

    def _sorted_out(self, read: list[Incoming], result: Imported) -> list[Incoming]:
        """What is taken in, each with its page and its date; what is left out is counted, and keeps its place where a
        reply hangs below it."""
        items: dict[str, Incoming] = {}
        for found in read:
            item = self._paged(found)
            reason = Reason.REPEATED if item.id in items else item.left_out or _why_not(item)
            if reason is not None:
                result.left_out[reason] += 1
            if reason is not Reason.REPEATED:
                items[item.id] = replace(item, left_out=reason)
        return [self._dated(item, result) for item in _with_what_is_above(items)]

    def _paged(self, item: Incoming) -> Incoming:
        address, page = self._place(item)
        return replace(item, address=address, page=page)

    def _place(self, item: Incoming | IncomingThread) -> tuple[str, str]:
        """Where the page is read now, and its key: that of the file, unless the page has moved. One without an address
        may be mapped by its title."""
        plain = plain_address(item.address)
        named = plain or item.page or item.title
        address = self._addresses.of(named)
        if address != named:
            key = key_elsewhere(address, self._rules, own_query=True)
        elif item.page:
            address, key = plain, key_elsewhere(item.page, self._rules, own_query=True, named=True)
        else:
            address, key = plain, key_elsewhere(plain, self._rules)
        return address, self._site.pages.follow(key)

    def _dated(self, item: Incoming, result: Imported) -> Incoming:
        body = rules.keepable(item.body)
        controls = len(_CONTROL.findall(item.body))
        if controls:
            result.mended[Mended.CONTROL_CHARACTERS] += controls
        at = self._past(item.created_at)
        if at is None:
            result.mended[Mended.NO_DATE] += item.left_out is None
        answer = item.answer and {**item.answer, "revised_at": self._past(item.answer["revised_at"])}
        return replace(
            item, body=body, html=rules.keepable(item.html), answer=answer, created_at=self._now if at is None else at,
            edited_at=self._past(item.edited_at),
        )  # fmt: skip

    def _past(self, at: int | None) -> int | None:
        return at if at is not None and EARLIEST <= at <= self._now else None

    def _save_threads(self, batch: list[IncomingThread]) -> Work[None]:
        for item in batch:
            address, page = self._place(item)
            url = self._url(address)
            by_owner = item.url_by_owner and bool(url)
            thread = store.Thread(page, url, _title(item), item.locked, item.ai, by_owner)
            yield from store.add_thread(self._site.key, thread, self._now)

    def _url(self, address: str) -> str:
        return page_url(self._site, address)

    def _wanted(self, batch: list[tuple[Incoming, str | None]]) -> list[str]:
        ids = {id for item, _ in batch for id in (item.id, self._derived(item.id))}
        return list(ids | {self._derived(item.parent) for item, _ in batch if item.parent is not None})

    def _save(self, batch: list[tuple[Incoming, str | None]]) -> Work[list[tuple[Incoming, Comment, bool]]]:
        taken = yield from store.taken(self._wanted(batch))
        saved: dict[str, tuple[Incoming, Comment, bool]] = {}
        for item, parent_id in batch:
            before = self._before(item, taken)
            if before is not None:
                saved[item.id] = (item, before, False)
                continue
            # A parent missing in this file may have been imported earlier.
            parent = self._placed.get(parent_id) if parent_id is not None else self._earlier(item, taken)
            if parent_id in saved:
                parent = saved[parent_id][1]
            comment = self._comment(item, parent, taken)
            url, title = self._url(item.address), _title(item)
            yield from store.add(comment, url, title, self._now)
            if comment.author_kind == "ai":
                yield from store.add_answer(comment, item.answer or _UNKNOWN_ANSWER, url, title)
            saved[item.id] = (item, comment, True)
        first: dict[str, int] = {}
        for _, comment, is_new in saved.values():
            if is_new:
                first[comment.page] = min(comment.created_at, first.get(comment.page, comment.created_at))
        for page, at in first.items():
            yield from store.thread_began(self._site.key, page, at)
        return list(saved.values())

    def _earlier(self, item: Incoming, taken: dict[str, Comment]) -> Comment | None:
        found = None if item.parent is None else taken.get(self._derived(item.parent))
        return found if found is not None and found.site == self._site.key else None

    def _derived(self, id: str) -> str:
        """The same id here each time for the same comment there."""
        digest = hashlib.sha256(f"{self._site.key}\0{self._format}\0{id}".encode(errors="replace")).digest()
        return base64.urlsafe_b64encode(digest)[:16].decode()

    def _before(self, item: Incoming, taken: dict[str, Comment]) -> Comment | None:
        """The comment that this one is already: imported before, or (of our own export) where it came from."""
        found = taken.get(self._derived(item.id))
        if found is None and IMPORTS[self._format].writes:
            found = taken.get(item.id)
        return found if found is not None and found.site == self._site.key else None

    def _comment(self, item: Incoming, parent: Comment | None, taken: dict[str, Comment]) -> Comment:
        keeps = IMPORTS[self._format].writes and item.id not in taken and _ID.fullmatch(item.id)
        id = item.id if keeps else self._derived(item.id)
        parent_id, root_id, depth = None, id, 0
        if parent is not None and parent.page == item.page:
            parent_id, root_id, depth = place_below(parent)
        body = rules.clean_text(item.body)
        return Comment(
            id=id, site=self._site.key, page=item.page, parent_id=parent_id, root_id=root_id, depth=depth,
            author_id=None, author_name=_name(item), author_kind=item.kind, avatar_url=None, body=body,
            html=sanitise(item.html) if item.html else render(body), state=item.state,
            created_at=item.created_at or self._now, edited_at=item.edited_at, up=item.up, down=item.down,
            pinned=item.pinned,
        )  # fmt: skip


def _count(item: Incoming, new: bool, alone: bool, result: Imported) -> None:
    result.mended[Mended.NO_PARENT] += new and alone
    if item.left_out is not None:
        result.placeholders += 1
    elif new:
        result.added += 1
    else:
        result.present += 1


def _with_what_is_above(items: dict[str, Incoming]) -> list[Incoming]:
    """Those that are taken in, and above them, without its words, what is not."""
    wanted: set[str] = set()
    for item in items.values():
        above = item if item.left_out is None else None
        while above is not None and above.id not in wanted:
            if above.left_out is not None and above.left_out not in PLACEHOLDERS:
                break
            wanted.add(above.id)
            above = items.get(above.parent or "")
    return [
        item if item.left_out is None else replace(item, state="deleted", name="", body="", html="", answer=None)
        for item in items.values()
        if item.id in wanted
    ]


def _name(item: Incoming) -> str:
    return rules.clean_line(rules.keepable(item.name))[: rules.NAME_LIMIT]


def _title(item: Incoming | IncomingThread) -> str:
    return rules.clean_title(rules.keepable(item.title))


def _why_not(item: Incoming) -> Reason | None:
    if not item.id or not item.page or not rules.is_text(item.page):
        return Reason.ORPHAN
    if len(item.body) > TEXT_LIMIT or len(item.html) > TEXT_LIMIT:
        return Reason.TOO_LONG
    if item.state != "deleted" and not rules.clean_text(rules.keepable(item.body)):
        return Reason.EMPTY
    return None
