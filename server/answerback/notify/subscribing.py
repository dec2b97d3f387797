"""Visitors' subscriptions: requested by a visitor, confirmed by the address, ended by either at any time.

An unconfirmed address is sent only the confirmation mail, and few of those: whoever enters a stranger's address can
neither fill that mailbox nor learn anything about it.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode

from ..accounts.sign_in.mail_link.store import count
from ..core.bounces import Reason
from ..core.emails import mailbox, read_email
from ..core.model import Visitor
from ..core.subscriptions import Channel, SubscriptionKind
from ..db.work import Work
from ..errors import BadRequest, LimitReached
from ..i18n.catalogue import negotiate
from ..jobs.model import Job, Kind
from ..mail.jobs import Bounced, send
from ..mail.transport import Mailer, Message
from ..mail.visitor_messages import confirmation_message
from ..net.addresses import shares
from ..runtime import Runtime
from ..sites.settings import Site
from . import subscriptions_store as store
from .subscriptions_store import Subscriber, Subscription

KIND = "subscription_mail"
PENDING_MS = 48 * 3_600_000
"""How long an address may take to confirm."""
STOPPED_MS: Mapping[Reason, int] = {"bounce": 180 * 86_400_000, "complaint": 10 * 365 * 86_400_000}
HOUR_MS, DAY_MS = 3_600_000, 86_400_000
TO_ADDRESS_A_DAY, BY_VISITOR_AN_HOUR, BY_NETWORK_AN_HOUR, TO_DOMAIN_AN_HOUR = 3, 20, 40, 200
PAGE = "/notifications/"
CONFIRM, STOP, FEED = f"{PAGE}confirm/", f"{PAGE}stop/", f"{PAGE}feed/"


@dataclass(frozen=True, slots=True)
class Wish:
    """A visitor's request to subscribe; `caller` is their keyed address. `email` is empty for that of their account."""

    kind: SubscriptionKind
    channel: Channel
    page: str
    email: str
    lang: str
    caller: str


class Subscribing:
    """Accepts subscriptions."""

    def __init__(self, runtime: Runtime, mailer: Mailer | None) -> None:
        self._db = runtime.db
        self._clock = runtime.clock
        self._ids = runtime.ids
        self._jobs = runtime.jobs
        self._sites = runtime.sites
        self._url = runtime.settings.public_url
        self._keys = tuple(key.encode() for key in runtime.settings.secret_key)
        self._mailer = mailer

    @property
    def mails(self) -> bool:
        """Whether this server can send mail."""
        return self._mailer is not None

    def kinds(self) -> list[Kind]:
        """The job that sends confirmation mails; none if the server cannot send mail."""
        return [] if self._mailer is None else [Kind(KIND, partial(self._ask, self._mailer), at_once=2)]

    # ---- asking

    async def subscribe(self, site: Site, find: Callable[[], Work[Visitor]], wish: Wish) -> Subscription:
        """Stores a request of the visitor that `find` returns. It is active at once if the address is known to be
        theirs; otherwise it waits for confirmation. Raises an AppError."""
        now = self._clock.now()
        if wish.channel == "email" and not self.mails:
            raise BadRequest("validation_failed", "channel: this server sends no email.")
        typed = read_email(wish.email) if wish.channel == "email" and wish.email else ""

        def work() -> Work[Subscription | None]:
            visitor = yield from find()
            if (yield from self._too_many(visitor, wish.caller, now)):
                return None
            return (yield from self._subscribe(site, visitor, wish, typed, now))

        made = await self._db.write(work)
        if made is None:
            raise LimitReached("too_many_requests", retry_after=3_600)
        return made

    def _subscribe(self, site: Site, visitor: Visitor, wish: Wish, typed: str, now: int) -> Work[Subscription]:
        own = yield from store.own_address(site.key, visitor.id)
        id = self._ids.new()
        address = id if wish.channel == "feed" else typed or own or (yield from store.known(site.key, visitor.id))
        if not address:
            raise BadRequest("validation_failed", "email: must be an email address.", reason="email")
        lang = negotiate(wish.lang, site.lang)
        subscriber = yield from store.keep_subscriber(Subscriber(id, site.key, wish.channel, address, lang), now)
        sure = wish.channel == "feed" or address == own or (yield from store.has_confirmed(subscriber.id, visitor.id))
        if sure and subscriber.lang != lang:
            yield from store.set_language(subscriber.id, lang)
        made = yield from store.keep(
            Subscription(
                self._ids.new(), site.key, subscriber.id, visitor.id, wish.kind,
                wish.page if wish.kind == "thread" else "", now, now if sure else None,
                None if sure else now + PENDING_MS, wish.channel, address,
            )
        )  # fmt: skip
        if made.confirmed_at is None and not visitor.is_unseen(now) and (yield from self._may_ask(address, now)):
            key = f"{subscriber.id}|{visitor.id}"
            yield from self._jobs.put(KIND, {"subscription": made.id}, site=site.key, key=key)
        return made

    def _too_many(self, visitor: Visitor, caller: str, now: int) -> Work[bool]:
        counted = [
            (f"subscribes:{visitor.id}", BY_VISITOR_AN_HOUR),
            *shares(f"subscribes:{caller}", BY_NETWORK_AN_HOUR),
        ]
        over = False
        for bucket, most in counted:
            over = (yield from count(bucket, now, HOUR_MS)) > most or over
        return over

    def _may_ask(self, address: str, now: int) -> Work[bool]:
        """Whether an unconfirmed address may be sent another confirmation mail; counts are keyed by hash, so they
        reveal no addresses. A refused mailbox does not count against its domain."""
        if (yield from store.is_stopped(self._hashes(address), now)):
            return False
        to = mailbox(address)
        if (yield from count(f"asked:{self.hash_of(to)}", now, DAY_MS)) > TO_ADDRESS_A_DAY:
            return False
        return (yield from count(f"asked:{self.hash_of(to.rpartition('@')[2])}", now, HOUR_MS)) <= TO_DOMAIN_AN_HOUR

    async def _ask(self, mailer: Mailer, job: Job) -> None:
        id, now = str(job.data["subscription"]), self._clock.now()
        found = await self._db.read(lambda: store.pending(id, now))
        site = await self._sites.find(job.site)
        if found is None or site is None or not found[1]:  # confirmed, stopped or expired meanwhile
            return
        to, wanted = found
        message = confirmation_message(
            to.address, site=site.name or site.key, lang=to.lang, kinds=[each.kind for each in wanted],
            link=self.confirm_url(id), seconds=PENDING_MS // 1000, name=job.id,
        )  # fmt: skip
        await self.deliver(mailer, to, message)

    async def deliver(self, mailer: Mailer, to: Subscriber, message: Message) -> bool:
        """Sends a message; returns False if the address is stopped or bounces, which ends its subscriptions. Raises
        JobFailed."""
        if await self._db.read(lambda: store.is_stopped(self._hashes(to.address), self._clock.now())):
            await self._db.write(lambda: store.remove_subscriber(to.id))
            return False
        try:
            await send(mailer, message, self._clock.now())
        except Bounced:
            await self.stop_address(to.address, "bounce")
            return False
        return True

    async def stop_address(self, address: str, reason: Reason) -> None:
        """Stops all mail to an address after a bounce or a complaint."""
        now, hash = self._clock.now(), self.hash_of(address)
        await self._db.write(lambda: store.stop_address(hash, address, reason, now, now + STOPPED_MS[reason]))

    # ---- what only an address knows

    def hash_of(self, text: str) -> str:
        """The stored hash of an address that is stopped or counted."""
        return self._hash(self._keys[-1], text)

    def _hashes(self, address: str) -> list[str]:
        return [self._hash(key, address) for key in self._keys]

    @staticmethod
    def _hash(key: bytes, text: str) -> str:
        return hmac.new(key, f"address|{text}".encode(), hashlib.sha256).hexdigest()[:32]

    def proof(self, *parts: str) -> str:
        """The signature that shows that a link was made here."""
        return self._proof(self._keys[-1], parts)

    def proved(self, proof: str, *parts: str) -> bool:
        """Whether a proof is valid under any of the keys in use."""
        return any(hmac.compare_digest(proof.encode(), self._proof(key, parts).encode()) for key in self._keys)

    @staticmethod
    def _proof(key: bytes, parts: tuple[str, ...]) -> str:
        return hmac.new(key, "|".join(("subscriber", *parts)).encode(), hashlib.sha256).hexdigest()[:32]

    def confirm_url(self, subscription: str) -> str:
        """The URL at which an address confirms a subscription and its visitor's other pending ones."""
        return f"{self._url}{CONFIRM}?{urlencode({'id': subscription, 'proof': self.proof('confirm', subscription)})}"

    def page_url(self, subscriber: str, path: str = PAGE) -> str:
        """The URL at which an address sees and ends its subscriptions; with `STOP`, a POST ends them all at once."""
        return f"{self._url}{path}?{urlencode({'id': subscriber, 'proof': self.proof(subscriber)})}"

    def visitor_url(self, subscriber: str, visitor: str) -> str:
        """The URL at which a visitor sees and ends their own subscriptions of an address, and no others."""
        proof = self.proof("of", subscriber, visitor)
        return f"{self._url}{PAGE}?{urlencode({'id': subscriber, 'of': visitor, 'proof': proof})}"

    def feed_url(self, subscriber: str) -> str:
        """The secret URL of a feed."""
        return self.page_url(subscriber, FEED)
