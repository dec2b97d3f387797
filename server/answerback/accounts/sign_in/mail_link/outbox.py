"""The post: takes rows, makes their secrets, sends them; what was not sent before a crash is sent after it."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import secrets
from contextlib import suppress

from ....core.model import Visitor
from ....db.work import Work
from ....errors import LimitReached
from ....mail.messages import link_message
from ....mail.transport import Mailer, MailRefused
from ....net.addresses import shares
from ....runtime import Runtime
from ...sessions import hash_secret
from . import store
from .store import Link

log = logging.getLogger(__name__)

SECONDS = {"sign_in": 15 * 60, "verify": 24 * 3600, "reset": 30 * 60}
MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
# Few enough that nobody's mailbox is filled by strangers, and enough for somebody who looks into the wrong folder.
A_QUARTER, A_DAY, AN_HOUR_BY_ADDRESS = 3, 10, 30
RETRY_MS, TRIES, AT_ONCE, SWEEP_SECONDS = 30_000, 6, 3, 60.0


class MailOutbox:
    """Sends the links; `wake` when there is a new one."""

    def __init__(self, runtime: Runtime, mailer: Mailer | None) -> None:
        self._db = runtime.db
        self._clock = runtime.clock
        self._ids = runtime.ids
        self._sites = runtime.sites
        self._mailer = mailer
        self._public_url = runtime.settings.public_url
        self._key = runtime.secret.encode()
        self._woken = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def ready(self) -> bool:
        """Whether mail can be sent here at all."""
        return self._mailer is not None

    def start(self) -> None:
        """Begin to send."""
        if self._mailer is not None:
            self._tasks = [asyncio.get_running_loop().create_task(self._run(self._mailer)) for _ in range(AT_ONCE)]

    async def close(self) -> None:
        """Stop; what is under way is sent anew after the next start."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # ---- taking in

    async def ask(
        self, purpose: str, site: str, email: str, *, address: str, lang: str, sign_in_id: str | None = None
    ) -> None:
        """Take a message in, if there is anybody to send it to; the caller cannot tell.

        `address` is the caller's keyed address. Raises LimitReached when too many come from there.
        """
        link = self._link(purpose, site, email, None, sign_in_id, lang)
        now = self._clock.now()

        def work() -> Work[bool]:
            if (yield from _too_many(f"from:{address}", now)):
                return False
            allowed = yield from self._allowed(site, email, now)
            known = yield from store.holder(site, email)
            if allowed and (purpose == "sign_in" or known is not None):
                yield from store.add_link(link, now)
            return True

        if not await self._db.write(work):
            raise LimitReached("too_many_requests", retry_after=3_600)
        self._woken.set()

    async def ask_verification(self, visitor: Visitor, email: str, lang: str, address: str) -> None:
        """Ask somebody who has just registered to confirm the e-mail address.

        Does nothing where no mail can be sent, and for a keyed `address` from where very many have registered.
        """
        if not self.ready:
            return
        link = self._link("verify", visitor.site, email, visitor.id, None, lang)
        now = self._clock.now()

        def work() -> Work[None]:
            too_many = yield from _too_many(f"registered:{address}", now)
            if not too_many and (yield from self._allowed(visitor.site, email, now)):
                yield from store.add_link(link, now)

        await self._db.write(work)
        self._woken.set()

    def _link(
        self, purpose: str, site: str, email: str, visitor_id: str | None, sign_in_id: str | None, lang: str
    ) -> Link:
        expires_at = self._clock.now() + SECONDS[purpose] * 1000
        return Link(self._ids.new(), purpose, site, email, visitor_id, sign_in_id, lang, expires_at, 0)

    def _allowed(self, site: str, email: str, now: int) -> Work[bool]:
        """Whether the recipient's share is not used up; counted hashed, so that the counts are no list of addresses."""
        to = hmac.new(self._key, f"mail|{site}|{email}".encode(), hashlib.sha256).hexdigest()[:32]
        today = yield from store.count(f"day:{to}", now, DAY_MS)
        lately = yield from store.count(f"quarter:{to}", now, 15 * MINUTE_MS)
        return today <= A_DAY and lately <= A_QUARTER

    def hash_code(self, id: str, code: str) -> str:
        """What is stored of a code: keyed, since six digits are soon tried."""
        return hmac.new(self._key, f"mail-code|{id}|{code}".encode(), hashlib.sha256).hexdigest()

    # ---- sending

    async def _run(self, mailer: Mailer) -> None:
        while True:
            try:
                link = await self._db.write(lambda: store.claim(self._clock.now()))
                if link is None:
                    await self._wait()
                else:
                    await self._deliver(mailer, link)
            except asyncio.CancelledError:
                raise
            except Exception:
                log.exception("the post stumbled")
                await asyncio.sleep(1)

    async def _wait(self) -> None:
        self._woken.clear()
        now = self._clock.now()
        due = await store.next_due(self._db, now)
        seconds = SWEEP_SECONDS if due is None else min(SWEEP_SECONDS, max(0.05, (due - now) / 1000))
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._woken.wait()

    async def _deliver(self, mailer: Mailer, link: Link) -> None:
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
        state, due_at = "sent", self._clock.now()
        try:
            await mailer.send(message, self._clock.now())
        except MailRefused as refused:
            log.warning("a message was not taken: %s", refused)
            state = "failed" if refused.for_good or link.tries >= TRIES else "queued"
            due_at = self._clock.now() + RETRY_MS * 2 ** (link.tries - 1)
        await self._db.write(lambda: store.settle(link.id, state, due_at))


def _too_many(address: str, now: int) -> Work[bool]:
    """Count one more message that a keyed address asks for, and say whether that is more than it may in an hour."""
    counts = []
    for key, most in shares(address, AN_HOUR_BY_ADDRESS):
        counts.append((yield from store.count(key, now, HOUR_MS)) > most)
    return any(counts)
