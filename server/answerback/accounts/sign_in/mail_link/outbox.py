"""Accepts requests for links; a job creates each link's secret and sends the mail."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from functools import partial

from ....core.emails import mailbox
from ....core.model import Visitor
from ....db.work import Work
from ....errors import LimitReached
from ....jobs.model import Job, Kind
from ....mail.jobs import send
from ....mail.messages import link_message
from ....mail.transport import Mailer
from ....net.addresses import shares
from ....runtime import Runtime
from ...sessions import hash_secret
from . import store
from .store import Link

SECONDS = {"sign_in": 15 * 60, "verify": 24 * 3600, "reset": 30 * 60}
MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
# Few enough to spare a stranger's mailbox, enough for somebody who misses the first mail.
A_QUARTER, A_DAY, AN_HOUR_BY_ADDRESS = 3, 10, 30
AT_ONCE = 3
KIND = "mail_link"


class MailOutbox:
    """Queues and sends links."""

    def __init__(self, runtime: Runtime, mailer: Mailer | None) -> None:
        self._db = runtime.db
        self._clock = runtime.clock
        self._ids = runtime.ids
        self._sites = runtime.sites
        self._mailer = mailer
        self._public_url = runtime.settings.public_url
        self._key = runtime.secret.encode()
        self._jobs = runtime.jobs

    @property
    def ready(self) -> bool:
        """Whether the server can send mail."""
        return self._mailer is not None

    def kinds(self) -> list[Kind]:
        """The job that sends a link; none without a mail server."""
        return [] if self._mailer is None else [Kind(KIND, partial(self._deliver, self._mailer), at_once=AT_ONCE)]

    # ---- queueing

    async def ask(
        self,
        purpose: str,
        site: str,
        email: str,
        *,
        address: str,
        lang: str,
        device: str = "",
        sign_in_id: str | None = None,
    ) -> None:
        """Queues a message if it has a recipient; the caller cannot tell. `address` is the caller's keyed address;
        `device` is the name of a browser that the mailbox's owner has used, which has its own limit. Raises
        LimitReached after too many requests from there."""
        link = self._link(purpose, site, email, None, sign_in_id, lang)
        now = self._clock.now()

        def work() -> Work[bool]:
            if (yield from _too_many(f"from:{address}", now)):
                return False
            allowed = yield from self._allowed(site, email, now, device)
            known = yield from store.holder(site, email)
            if allowed and (purpose == "sign_in" or known is not None):
                yield from self._queue(link, now)
            return True

        if not await self._db.write(work):
            raise LimitReached("too_many_requests", retry_after=3_600)

    async def ask_verification(self, visitor: Visitor, email: str, lang: str, address: str) -> None:
        """Asks a newly registered visitor to confirm the email address. Does nothing without a mail server, or for a
        keyed `address` with very many registrations."""
        if not self.ready:
            return
        link = self._link("verify", visitor.site, email, visitor.id, None, lang)
        now = self._clock.now()

        def work() -> Work[None]:
            too_many = yield from _too_many(f"registered:{address}", now)
            if not too_many and (yield from self._allowed(visitor.site, email, now)):
                yield from self._queue(link, now)

        await self._db.write(work)

    def _queue(self, link: Link, now: int) -> Work[None]:
        yield from store.add_link(link, now)
        yield from self._jobs.put(KIND, {"id": link.id}, site=link.site)

    def _link(
        self, purpose: str, site: str, email: str, visitor_id: str | None, sign_in_id: str | None, lang: str
    ) -> Link:
        expires_at = self._clock.now() + SECONDS[purpose] * 1000
        return Link(self._ids.new(), purpose, site, email, visitor_id, sign_in_id, lang, expires_at)

    def _allowed(self, site: str, email: str, now: int, device: str = "") -> Work[bool]:
        """Whether the recipient's limit is not reached; counted by hash, so that the counters are no list of
        addresses."""
        to = hmac.new(self._key, f"mail|{site}|{mailbox(email)}|{device}".encode(), hashlib.sha256).hexdigest()[:32]
        today = yield from store.count(f"day:{to}", now, DAY_MS)
        lately = yield from store.count(f"quarter:{to}", now, 15 * MINUTE_MS)
        return today <= A_DAY and lately <= A_QUARTER

    def hash_code(self, id: str, code: str) -> str:
        """The stored hash of a code: keyed, since six digits are quickly enumerated."""
        return hmac.new(self._key, f"mail-code|{id}|{code}".encode(), hashlib.sha256).hexdigest()

    # ---- sending

    async def _deliver(self, mailer: Mailer, job: Job) -> None:
        """Creates a link's secret and sends it, unless it was sent, has expired, or its account is gone."""
        now = self._clock.now()
        link = await self._db.read(lambda: store.unsent(str(job.data["id"]), now))
        if link is None:
            return
        secret, code = self._ids.secret(), ""
        if link.purpose == "sign_in":
            code = f"{secrets.randbelow(1_000_000):06d}"
        hashed = self.hash_code(link.id, code)
        await self._db.write(lambda: store.arm(link.id, hash_secret(secret), hashed))
        site = await self._sites.get(link.site)
        message = link_message(
            link.purpose, link.email, site=site.name or site.key, lang=link.lang, code=code,
            link=f"{self._public_url}/sign-in/mail/{secret}/", seconds=SECONDS[link.purpose],
        )  # fmt: skip
        await send(mailer, message, now)
        await self._db.write(lambda: store.set_sent(link.id))


def _too_many(address: str, now: int) -> Work[bool]:
    """Counts a message requested by a keyed address; returns whether it exceeds the hourly limit."""
    counts = []
    for key, most in shares(address, AN_HOUR_BY_ADDRESS):
        counts.append((yield from store.count(key, now, HOUR_MS)) > most)
    return any(counts)
