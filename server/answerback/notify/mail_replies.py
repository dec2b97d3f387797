"""Replies by mail: what an owner writes to a notice's reply address is published as the author's reply.

A mail is stored in the same write as the job that processes it, so a mail that a provider delivers twice makes one
reply. The address is a secret of its owner's mailbox; the sender must also be the owner, since mails get forwarded.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
from typing import Literal

from ..accounts.store import credentials_of, owner_email
from ..answers.corrections.correcting import AnswerCorrections
from ..comments import store as threads
from ..comments.approval.deciding import Deciding, Order
from ..core.mail_replies import MailReply, read_reply, reply_address
from ..core.model import Comment
from ..core.versions import version
from ..db.work import Work
from ..errors import AppError
from ..jobs.model import Job, Kind
from ..jobs.queue import JobQueue
from ..mail.jobs import send
from ..mail.notices import reply_refused_message
from ..mail.transport import Mailer
from ..runtime import Runtime
from ..settings import Settings
from ..sites.settings import Site
from . import mail_replies_store as store
from .decision_links import DecisionLink
from .mail_decisions import MailDecisions, Outcome
from .mail_replies_store import ReplyAddress

KIND, REFUSED = "mail_reply", "mail_reply_refused"
Received = Literal["accepted", "known", "ignored"]
Reason = Outcome | Literal["empty"]


class ReplyAddresses:
    """Makes reply addresses; there are none unless the settings name a base address."""

    def __init__(self, settings: Settings) -> None:
        self.address = settings.mail_reply_to
        self._keys = [key.encode() for key in settings.secret_key] or [b""]

    def make(self, of: ReplyAddress, credentials: int) -> Work[str]:
        """The address for this owner's reply to this item; the same one until the owner's credentials change."""
        token = _token(self._keys[-1], of, credentials)
        yield from store.keep_address(hash_of(token), of)
        return reply_address(self.address, token)

    def is_good(self, hash: str, of: ReplyAddress, credentials: int) -> bool:
        """Whether the address with this hash was made for these credentials."""
        return hash in [hash_of(_token(key, of, credentials)) for key in self._keys]


def _token(key: bytes, of: ReplyAddress, credentials: int) -> str:
    made = hmac.new(key, f"mail-reply|{of.owner_id}|{of.comment_id}|{credentials}".encode(), hashlib.sha256).digest()
    return base64.b32encode(made[:16]).decode().lower().rstrip("=")


def hash_of(text: str) -> str:
    """The stored hash of a token, or of a mail's Message-ID."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def read(settings: Settings, raw: bytes) -> MailReply | None:
    """Parses a mail as a reply; None for any other mail."""
    return read_reply(raw, settings.mail_reply_to, settings.mail_from) if settings.mail_reply_to else None


def receive(jobs: JobQueue, id: str, reply: MailReply, now: int) -> Work[Received]:
    """Stores a reply and schedules its processing. A reply to an unknown address is discarded unread."""
    address = hash_of(reply.token)
    if not reply.sender or (yield from store.address(address)) is None:
        return "ignored"
    # Without a Message-ID, the same words are the same mail.
    name = hash_of(f"{reply.token}|{reply.name or reply.words}")
    if not (yield from store.receive(id, name, address, reply.sender, reply.words, now)):
        return "known"
    yield from jobs.put(KIND, {"mail": id})
    return "accepted"


class MailReplies:
    """Publishes owners' replies by mail, and informs owners of those that were refused."""

    def __init__(
        self, runtime: Runtime, deciding: Deciding, correcting: AnswerCorrections, mailer: Mailer | None
    ) -> None:
        self._runtime = runtime
        self._db = runtime.db
        self._clock = runtime.clock
        self._deciding = deciding
        self._correcting = correcting
        self._decisions = MailDecisions(runtime, deciding)
        self._addresses = ReplyAddresses(runtime.settings)
        self._mailer = mailer

    def kinds(self) -> list[Kind]:
        """The jobs: one processes a received mail, one sends the mail about a refusal."""
        return [Kind(KIND, self._see_to), Kind(REFUSED, self._tell)]

    async def take(self, raw: bytes) -> Received:
        """Accepts a raw mail."""
        reply = await asyncio.to_thread(read, self._runtime.settings, raw)
        if reply is None:
            return "ignored"
        id, now = self._runtime.ids.new(), self._clock.now()
        return await self._db.write(lambda: receive(self._runtime.jobs, id, reply, now))

    async def _see_to(self, job: Job) -> None:
        id = str(job.data["mail"])
        site = await self._site(id)
        if site is None:
            return
        try:
            await self._db.write(lambda: self._publish(site, id))
        except AppError as error:  # the words themselves will not do
            reason: Reason = "empty" if error.code == "validation_failed" else "changed"
            await self._db.write(lambda: self._refuse(id, reason))

    async def _site(self, id: str) -> Site | None:
        found = await self._db.read(lambda: store.waiting(id))
        return None if found is None else await self._runtime.sites.find(found.site)

    def _publish(self, site: Site, id: str) -> Work[None]:
        mail = yield from store.take(id)
        address = None if mail is None else (yield from store.address(mail["address_hash"]))
        if mail is None or address is None:
            return
        email = yield from owner_email(address.owner_id, address.site)
        if email is None or email != mail["sender"]:
            return
        credentials = yield from credentials_of(address.owner_id)
        if not self._addresses.is_good(mail["address_hash"], address, credentials):
            yield from self._put_refused(address, "expired")
            return
        link = DecisionLink(
            address.owner_id, address.site, address.comment_id, "approve", address.version, address.seen,
            address.expires_at, credentials, "mail",
        )  # fmt: skip
        found = yield from self._decisions.found(link)
        if found.outcome != "ready" or found.comment is None:
            yield from self._put_refused(address, found.outcome)
            return
        target = yield from self._target(found.comment)
        if target.state == "pending":
            order = Order("approve", address.owner_id, seen=version(target.html, target.author_name), via="mail")
            yield from self._deciding.within(site, target.id, order, self._clock.now())
        yield from self._correcting.answered(site, target.id, mail["words"], by=email, reason="by mail")

    def _target(self, comment: Comment) -> Work[Comment]:
        """The comment to reply to: for an AI reply, its question."""
        if comment.answer is None:
            return comment
        question = yield from threads.comment_by_id(comment.site, comment.answer.question_id)
        return comment if question is None else question

    def _refuse(self, id: str, reason: Reason) -> Work[None]:
        mail = yield from store.take(id)
        address = None if mail is None else (yield from store.address(mail["address_hash"]))
        if address is not None:
            yield from self._put_refused(address, reason)

    def _put_refused(self, address: ReplyAddress, reason: Reason) -> Work[None]:
        if self._mailer is not None:
            data = {"owner": address.owner_id, "comment": address.comment_id, "reason": reason}
            yield from self._runtime.jobs.put(REFUSED, data, site=address.site)

    async def _tell(self, job: Job) -> None:
        owner, comment, reason = (str(job.data[name]) for name in ("owner", "comment", "reason"))
        email = await self._db.read(lambda: owner_email(owner, job.site))
        site = await self._runtime.sites.find(job.site)
        if email is None or site is None or self._mailer is None:
            return
        link = f"{self._runtime.settings.public_url}/admin/comments/{comment}/"
        message = reply_refused_message(email, site=site.name or site.key, lang=site.lang, reason=reason, link=link)
        await send(self._mailer, message, self._clock.now())
