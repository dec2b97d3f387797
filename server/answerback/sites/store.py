"""Sites in the database, and the in-memory directory of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from ipaddress import ip_network

import orjson

from ..clock import Clock
from ..core.bans import AddressBan
from ..db.database import Database
from ..db.work import Work, many, one, run
from ..errors import BadRequest, Forbidden, NotFound
from .settings import Site, check, check_added, check_key, read_site

FRESH_MS = 2_000
"""How long another process's change (`answerback site set`) may stay unnoticed."""


def add_site(key: str, texts: Mapping[str, str], now: int) -> Work[bool]:
    """Add a site; False if the key is taken."""
    row = yield one(
        """INSERT INTO sites (key, settings, created_at, updated_at) VALUES (:key, :settings, :now, :now)
        ON CONFLICT (key) DO NOTHING RETURNING key""",
        key=check_key(key),
        settings=orjson.dumps({name: check(name, text) for name, text in texts.items()}).decode(),
        now=now,
    )
    if row is not None:
        yield from note_change(now)
    return row is not None


def change_site(
    key: str, changes: Mapping[str, str], now: int, check_all: Callable[[Mapping[str, str]], None] = lambda texts: None,
    *, added: Mapping[str, str] | None = None,
) -> Work[None]:  # fmt: skip
    """Changes settings of a site; `added` is appended to list settings. Raises NotFound, BadRequest for a bad name or
    value, and what `check_all` raises for conflicting settings."""
    texts = {**(yield from settings_of(key)), **{name: check(name, text) for name, text in changes.items()}}
    for name, text in (added or {}).items():
        texts[name] = check_added(name, texts.get(name, ""), text)
    if not texts.get("origins"):
        raise BadRequest("validation_failed", "origins: must name at least one origin")
    check_all(texts)
    yield one(
        "UPDATE sites SET settings = :settings, updated_at = :now WHERE key = :key RETURNING key",
        settings=orjson.dumps(texts).decode(),
        now=now,
        key=key,
    )
    yield from note_change(now)


def settings_of(key: str) -> Work[dict[str, str]]:
    """The stored texts of a site's settings. Raises NotFound."""
    row = yield one("SELECT settings FROM sites WHERE key = :key", key=key)
    if row is None:
        raise NotFound("site_unknown")
    return dict(orjson.loads(row["settings"]))


def note_change(now: int) -> Work[None]:
    """Increments the number by which processes notice a changed site without reading them all."""
    yield run(
        """INSERT INTO flags (name, value, changed_at) VALUES ('sites', '1', :now)
        ON CONFLICT (name) DO UPDATE
            SET value = CAST(CAST(flags.value AS BIGINT) + 1 AS TEXT), changed_at = excluded.changed_at""",
        now=now,
    )


def flags() -> Work[tuple[str, str]]:
    """The number of site changes, and the state of the answers switch: `on` or `off`."""
    rows = yield many("SELECT name, value FROM flags WHERE name IN ('answers', 'sites')")
    found = {row["name"]: row["value"] for row in rows}
    return found.get("sites", "0"), found.get("answers", "on")


def switch_answers(value: str, now: int) -> Work[None]:
    """Sets the answers switch: `off` stops all answers on this server within seconds, `on` resumes them."""
    yield run(
        """INSERT INTO flags (name, value, changed_at) VALUES ('answers', :value, :now)
        ON CONFLICT (name) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at""",
        value=value, now=now,
    )  # fmt: skip


def answers_switch() -> Work[str]:
    """The state of the answers switch: `on` or `off`."""
    row = yield one("SELECT value FROM flags WHERE name = 'answers'")
    return row["value"] if row else "on"


def all_aliases() -> Work[dict[str, tuple[tuple[str, str], ...]]]:
    """Each site's old and new page keys, as set by its owner."""
    found: dict[str, list[tuple[str, str]]] = {}
    for row in (yield many("SELECT site, old, new FROM page_aliases ORDER BY site, old")):
        found.setdefault(row["site"], []).append((row["old"], row["new"]))
    return {site: tuple(pairs) for site, pairs in found.items()}


def all_bans() -> Work[dict[str, tuple[AddressBan, ...]]]:
    """Each site's banned address prefixes."""
    found: dict[str, list[AddressBan]] = {}
    for row in (yield many("SELECT site, prefix, shadow, until FROM address_bans ORDER BY site, prefix")):
        ban = AddressBan(ip_network(row["prefix"]), bool(row["shadow"]), row["until"])
        found.setdefault(row["site"], []).append(ban)
    return {site: tuple(bans) for site, bans in found.items()}


def list_sites() -> Work[list[tuple[str, dict[str, str]]]]:
    """All sites with their stored texts, by key."""
    rows = yield many("SELECT key, settings FROM sites ORDER BY key")
    return [(row["key"], orjson.loads(row["settings"])) for row in rows]


class SiteDirectory:
    """This process's cache of sites: shows changes within `FRESH_MS`, new sites and origins at once."""

    def __init__(self, db: Database, clock: Clock, daily_answers: int | None) -> None:
        self._db = db
        self._clock = clock
        self._daily_answers = daily_answers
        self._sites: dict[str, Site] = {}
        self._origins: frozenset[str] = frozenset()
        self._texts: dict[str, dict[str, str]] = {}
        self._aliases: dict[str, tuple[tuple[str, str], ...]] = {}
        self._bans: dict[str, tuple[AddressBan, ...]] = {}
        self._mark: tuple[str, str] | None = None
        self._read_at = -FRESH_MS
        self._looking = asyncio.Lock()
        self._looks = 0
        self.version = 0
        """Increases with each change seen, so that others know when derived data is stale."""

    async def get(self, key: str, origin: str | None = None) -> Site:
        """The site with that key, for a page of that origin. Raises NotFound (`site_unknown`), Forbidden
        (`origin_not_allowed`)."""
        await self.refresh()
        site = self._sites.get(key)
        if site is None or origin not in (None, *site.origins):
            await self._look()
            site = self._sites.get(key)
        if site is None:
            raise NotFound("site_unknown")
        if origin not in (None, *site.origins):
            raise Forbidden("origin_not_allowed")
        return site

    async def find(self, key: str) -> Site | None:
        """The site with that key, even a brand-new one; None if there is none (any more)."""
        try:
            return await self.get(key)
        except NotFound:
            return None

    def known(self, key: str) -> Site | None:
        """The site as last read, without a query."""
        return self._sites.get(key)

    def all(self) -> list[Site]:
        """The sites as last read, without a query."""
        return list(self._sites.values())

    @property
    def stale(self) -> bool:
        """Whether the cache needs a check."""
        return not 0 <= self._clock.now() - self._read_at < FRESH_MS

    async def has_origin(self, origin: str) -> bool:
        """Whether any site allows that origin."""
        await self.refresh()
        if origin not in self._origins:
            await self._look()
        return origin in self._origins

    async def refresh(self, *, force: bool = False) -> None:
        """Checks for changes, at most every `FRESH_MS`; `force`: reads everything now."""
        if force:
            self._mark = None
        if force or self.stale:
            await self._look(force=force)

    async def _look(self, *, force: bool = True) -> None:
        """Reads all changes so far. Callers that arrive during a read share the next one."""
        begun = self._looks
        async with self._looking:
            if self._looks > begun or not (force or self.stale):
                return
            self._looks += 1
            begun_at = self._clock.now()
            try:
                await self._read()
            finally:  # only now: callers wait until then, so that they get changed limits
                self._read_at = begun_at

    async def _read(self) -> None:
        mark = await self._db.read(flags)
        if mark == self._mark:
            return
        before, moved_before, banned_before = self._texts, self._aliases, self._bans
        self._texts, self._aliases = dict(await self._db.read(list_sites)), await self._db.read(all_aliases)
        self._bans = await self._db.read(all_bans)
        same = self._mark is not None and mark[1] == self._mark[1]
        self._sites = {
            key: self._sites[key]
            if same
            and before.get(key) == texts
            and moved_before.get(key) == self._aliases.get(key)
            and banned_before.get(key) == self._bans.get(key)
            else self._parse(key, texts, mark[1])
            for key, texts in self._texts.items()
        }
        self._origins = frozenset(origin for site in self._sites.values() for origin in site.origins)
        self._mark = mark
        self.version += 1

    def _parse(self, key: str, texts: dict[str, str], answers: str) -> Site:
        aliases = self._aliases.get(key, ())
        site = read_site(key, texts, daily_answers=self._daily_answers, aliases=aliases, bans=self._bans.get(key, ()))
        # A server without a provider acts as if each site had turned answers off.
        return replace(site, ai="off") if answers == "off" else site
