"""Email notifications for owners: a job finds due notices once a minute, and one job per mail sends them.

Posting a comment does no work for notices. An owner's cursor moves in the same write that adds the job, so nothing is
sent twice or skipped; only a mail whose acceptance was lost is sent again, under the same Message-ID.
"""

from __future__ import annotations

import hashlib
import hmac
from collections import defaultdict
from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import urlencode

from ..accounts.store import credentials_of, email_of, owner_email, owner_role
from ..core.notices import KINDS, Hours, NoticeKind, next_notice
from ..core.roles import covers
from ..db.work import Work
from ..jobs.model import Job, Kind
from ..mail.jobs import send
from ..mail.notices import NoticePart, notice_message
from ..mail.transport import Mailer
from ..runtime import Runtime
from ..sites.settings import Site
from . import store
from .decision_links import GOOD_MS, DecisionLinks
from .items import Ways, item
from .mail_replies import ReplyAddresses
from .store import Choice

LOOK, TELL = "notices", "notice"
LOOK_MS = 60_000
SETTLED_MS = 10_000
"""Newer rows may belong to a write that others cannot see yet."""
SHOWN = 20
"""Items of one kind on one site in a mail."""
STOP = "/admin/notifications/stop/"


class Notices:
    """Notifies owners by email. Without a mailer, nobody is notified and no cursor moves."""

    def __init__(self, runtime: Runtime, mailer: Mailer | None) -> None:
        self._db = runtime.db
        self._clock = runtime.clock
        self._jobs = runtime.jobs
        self._sites = runtime.sites
        self._url = runtime.settings.public_url
        self._key = runtime.settings.secret_key[-1].encode() if runtime.settings.secret_key else b""
        self._mailer = mailer
        self._links = DecisionLinks(runtime.settings)
        self._replies = ReplyAddresses(runtime.settings)

    def kinds(self) -> list[Kind]:
        """The jobs: one finds due notices each minute; one mails one owner and is retried for most of a day."""
        if self._mailer is None:
            return []
        return [
            Kind(LOOK, lambda _: self.look(), every_ms=LOOK_MS),
            Kind(TELL, partial(self._tell, self._mailer), at_once=4, tries=11, retry_ms=60_000),
        ]

    async def look(self) -> None:
        """Finds the owners with due notices, and adds a job for each."""
        now = self._clock.now()
        while await self._db.write(lambda: store.add_missing(now)) == store.BATCH:
            pass
        await self._sites.refresh()
        zones = {site.key: site.timezone for site in self._sites.all()}
        await self._db.write(lambda: self._look(zones, now))

    def _look(self, zones: Mapping[str, str], now: int) -> Work[None]:
        until = now - SETTLED_MS
        told: dict[str, list[Choice]] = defaultdict(list)
        for kind in KINDS:
            for choice, has_news in (yield from store.due(kind, now, until)):
                hours, _ = yield from store.hours_of(choice.owner_id)
                zone = zones.get(choice.site, "UTC")
                if has_news:
                    told[choice.owner_id].append(choice)
                    yield from store.told(choice, until, next_notice(choice.pace, hours, zone, now))
                else:
                    yield from store.told(choice, choice.told_at, next_notice(choice.pace, hours, zone, now))
        for owner, choices in told.items():
            parts = [{"site": each.site, "kind": each.kind, "after": each.told_at} for each in choices]
            yield from self._jobs.put(TELL, {"owner": owner, "until": until, "parts": parts}, site=choices[0].site)

    async def _tell(self, mailer: Mailer, job: Job) -> None:
        owner, until = str(job.data["owner"]), int(job.data["until"])
        _, lang = await self._db.read(lambda: store.hours_of(owner))
        email, parts = None, []
        for part in job.data["parts"]:
            found = await self._part(owner, part, until, lang)
            if found is not None:
                email, made = found
                parts.append(made)
        if email is None:  # decided meanwhile, or no longer theirs to decide
            return
        message = notice_message(
            email, parts, lang=lang or parts[0].site.lang, url=self._url, stop=self.stop_url(owner), name=job.id
        )
        await send(mailer, message, self._clock.now())

    async def _part(self, owner: str, part: Mapping[str, Any], until: int, lang: str) -> tuple[str, NoticePart] | None:
        key, kind, after = str(part["site"]), part["kind"], int(part["after"])
        site = await self._sites.find(key)
        email = await self._db.read(lambda: owner_email(owner, key))
        if site is None or email is None:
            return None
        made = await self._db.write(lambda: self._told(site, kind, owner, (after, until), email))
        return (email, made) if made.items else None

    def _told(self, site: Site, kind: NoticeKind, owner: str, time: tuple[int, int], email: str) -> Work[NoticePart]:
        news = yield from store.news(kind, site.key, *time, SHOWN + 1, email)
        role = yield from owner_role(owner, site.key)
        now, ways = self._clock.now(), None
        if role is not None and covers(role, "moderator"):
            credentials = yield from credentials_of(owner)
            ways = Ways(owner, now + GOOD_MS, credentials, self._links, self._replies)
        items = []
        for each in news[:SHOWN]:
            items.append((yield from item(site, each, ways)))
        return NoticePart(site, kind, items, more=len(news) > SHOWN)

    def stop_url(self, owner: str) -> str:
        """The URL at which a POST unsubscribes an owner from all mail without signing in."""
        return f"{self._url}{STOP}?{urlencode({'owner': owner, 'proof': self._proof(owner)})}"

    async def stop(self, owner: str, proof: str) -> bool:
        """Unsubscribes an owner from all mail; returns whether the proof is valid."""
        if not hmac.compare_digest(proof.encode(), self._proof(owner).encode()):
            return False
        await self._db.write(lambda: store.stop(owner))
        return True

    async def address(self, owner: str, proof: str) -> str | None:
        """The address that `stop` would unsubscribe; None if the proof is invalid."""
        if not hmac.compare_digest(proof.encode(), self._proof(owner).encode()):
            return None
        return await self._db.read(lambda: email_of(owner))

    def _proof(self, owner: str) -> str:
        return hmac.new(self._key, f"notices-stop|{owner}".encode(), hashlib.sha256).hexdigest()[:32]


def chosen(owner: str, site: Site, kind: NoticeKind, pace: Any, hours: Hours, now: int) -> Work[None]:
    """Stores an owner's choice for a kind of notice on a site."""
    choice = Choice(owner, site.key, kind, pace, now - SETTLED_MS)
    yield from store.keep(choice, next_notice(pace, hours, site.timezone, now))
