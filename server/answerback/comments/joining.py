"""Aliases: joins the threads of two addresses."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from ..clock import Clock
from ..core.comments import PAGE_LIMIT, is_text
from ..core.pages import Moves, PageKeys, PageRules, page_key, page_prefix
from ..db.database import Database
from ..db.work import Work
from ..errors import BadRequest
from ..jobs.model import Job, Kind
from ..jobs.queue import JobQueue
from ..runtime import Runtime
from ..sites import aliases_store
from ..sites.settings import Site
from ..sites.store import FRESH_MS
from . import joining_store

KIND = "join_threads"
AT_ONCE = 20
"""The number of threads joined in one transaction, while other writes wait."""
MOST_HOPS = 20
Pairs = Sequence[tuple[str, str]]


async def add_aliases(
    db: Database, clock: Clock, jobs: JobQueue, site: Site, pairs: Pairs,
    tell: Callable[[int, int], None] = lambda done, total: None, beside: Callable[[], Work[None]] | None = None,
) -> list[tuple[str, str]]:  # fmt: skip
    """Makes old addresses aliases of new ones, single or by prefix (`/old/*`), and joins their threads; returns the
    joined keys. Raises BadRequest and changes nothing. `beside` runs in the same write. Visitors of an old address are
    led to the new one. Another process may still use the old key for a moment; a job joins what it writes."""
    read = [_read(old, new, site.pages.rules) for old, new in pairs]
    keys = PageKeys(site.pages.rules, Moves.of([*(await db.read(lambda: aliases_store.aliases_of(site.key))), *read]))
    for old, new in read:
        _check(old, new, keys)
    now = clock.now()

    def work() -> Work[None]:
        yield from aliases_store.keep_aliases(site.key, read, now)
        yield from jobs.put(KIND, site=site.key, key=site.key, at=now + 2 * FRESH_MS)
        if beside is not None:
            yield from beside()

    await db.write(work)
    return await join_moved(db, site.key, keys, tell)


async def join_moved(
    db: Database, site: str, keys: PageKeys, tell: Callable[[int, int], None] = lambda done, total: None
) -> list[tuple[str, str]]:
    """Joins everything under keys that have moved; returns old and new keys."""
    pages = await db.read(lambda: joining_store.pages_of(site))
    moved = [(page, new) for page in pages if (new := keys.key(page, own_query=True)) != page and _is_key(new)]
    for start in range(0, len(moved), AT_ONCE):
        await db.write(partial(_join_all, site, moved[start : start + AT_ONCE], keys.rules))
        tell(min(start + AT_ONCE, len(moved)), len(moved))
    return moved


def _join_all(site: str, moved: Pairs, rules: PageRules) -> Work[None]:
    for old, new in moved:
        yield from joining_store.join(site, old, new, rules)


class Joining:
    """Joins comments and questions saved under an old address after it became an alias."""

    def __init__(self, runtime: Runtime) -> None:
        self._db = runtime.db
        self._sites = runtime.sites

    def kind(self) -> Kind:
        """The kind of its job."""
        return Kind(KIND, self._join)

    async def _join(self, job: Job) -> None:
        await self._sites.refresh(force=True)
        site = self._sites.known(job.site)
        if site is not None:
            await join_moved(self._db, site.key, site.pages)


def old_key(said: str, rules: PageRules) -> str:
    """The key, or prefix with a trailing `*`, that an owner enters."""
    said = said.strip()
    return f"{page_prefix(said[:-1], rules)}*" if said.endswith("*") else page_key(said, rules, own_query=True)


def _read(old: str, new: str, rules: PageRules) -> tuple[str, str]:
    if new.strip().endswith("*") and not old.strip().endswith("*"):
        raise _refused(f"{new}: a new address can end in * only where the old one does.")
    read = old_key(old, rules), old_key(new, rules)
    for said, key in zip((old, new), read, strict=True):
        if not _is_key(key):
            raise _refused(f"{said[:100]!r} is no address of a page.")
    return read


def _is_key(text: str) -> bool:
    return 0 < len(text) <= PAGE_LIMIT and is_text(text)


def _check(old: str, new: str, keys: PageKeys) -> None:
    """Raises BadRequest if the new address leads back to the old one."""
    first = key = f"{old[:-1]}x" if old.endswith("*") else old
    for _ in range(MOST_HOPS):
        moved = keys.moves.of_key(key)
        if moved is None:
            return
        key = page_key(moved, keys.rules, own_query=True)
        if key in (first, page_key(first, keys.rules, own_query=True)):
            break
    raise _refused(f"{new} leads back to {old}.")


def _refused(detail: str) -> BadRequest:
    return BadRequest("validation_failed", detail, reason="alias_refused")
