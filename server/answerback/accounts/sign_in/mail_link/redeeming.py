"""Redeems a link or code."""

from __future__ import annotations

from collections.abc import Callable

from ....core.model import Visitor
from ....db.work import IntegrityConflict, Work
from ....errors import NotFound
from ....runtime import Runtime
from ...credentials_store import set_password
from ...privacy.blocking_store import by_email, recognise
from ...sessions import hash_secret
from . import store
from .store import Link

UseLink = Callable[[], Work[Link | None]]


class LinkRedemption:
    """Redeems links and codes, each once, even under concurrent use."""

    def __init__(self, runtime: Runtime) -> None:
        self._db = runtime.db
        self._clock = runtime.clock
        self._ids = runtime.ids
        self._keys = runtime.settings.secret_key

    async def sign_in(self, secret: str) -> tuple[Visitor, str]:
        """The visitor whom the link signs in, and its address. Raises NotFound (`ticket_invalid`)."""
        hash, now = hash_secret(secret), self._clock.now()
        return await self._arrive(lambda: store.use_link(hash, now))

    async def sign_in_by_code(self, id: str) -> tuple[Visitor, str]:
        """Like `sign_in`, for the message whose code was correct. Raises NotFound (`ticket_invalid`)."""
        now = self._clock.now()
        return await self._arrive(lambda: store.use_by_id(id, now))

    async def _arrive(self, use: UseLink) -> tuple[Visitor, str]:
        id, now = self._ids.new(), self._clock.now()

        def work() -> Work[tuple[Visitor, str]]:
            link = yield from use()
            if link is None or link.purpose != "sign_in":
                raise NotFound("ticket_invalid")
            visitor = yield from _reader_of(link, id, now)
            if visitor.id == id:
                yield from recognise(visitor, [by_email(link.email)], self._keys)
            yield from store.prove(link.id, visitor.id)
            return visitor, link.email

        try:
            return await self._db.write(work)
        except IntegrityConflict:  # registered at the same moment: the account exists now
            return await self._db.write(work)

    async def verify(self, secret: str) -> None:
        """Confirms the address that the link was sent to. Raises NotFound (`ticket_invalid`)."""
        hash, now = hash_secret(secret), self._clock.now()

        def work() -> Work[None]:
            link = yield from store.use_link(hash, now)
            if link is None or link.purpose != "verify" or link.visitor_id is None:
                raise NotFound("ticket_invalid")
            if not (yield from store.confirm(link.visitor_id, link.email, now)):
                raise NotFound("ticket_invalid")

        await self._db.write(work)

    async def reset(self, secret: str, password_hash: str, *, begun_here: bool) -> None:
        """Sets the account's new password and ends all its sessions. Raises NotFound (`ticket_invalid`). Signs in only
        if the reset was requested in this browser (`begun_here`): otherwise somebody could request another person's
        reset, and wait."""
        hash, now = hash_secret(secret), self._clock.now()

        def work() -> Work[None]:
            link = yield from store.use_link(hash, now)
            holder = (yield from store.holder(link.site, link.email)) if link is not None else None
            if link is None or link.purpose != "reset" or holder is None:
                raise NotFound("ticket_invalid")
            yield from set_password(holder.visitor.id, password_hash)
            yield from store.shut_out(holder.visitor.id, now, identities_too=not holder.confirmed)
            yield from store.confirm(holder.visitor.id, link.email, now)
            if begun_here:
                yield from store.prove(link.id, holder.visitor.id)

        await self._db.write(work)


def _reader_of(link: Link, new_id: str, now: int) -> Work[Visitor]:
    """The visitor who reads that address's mail. An account with an unconfirmed address may be anybody's: it becomes
    the reader's, and all its other sign-in methods are removed."""
    holder = yield from store.holder(link.site, link.email)
    if holder is None:
        return (yield from store.add_holder(new_id, link.site, link.email, now))
    if not holder.confirmed:
        yield from set_password(holder.visitor.id, None)
        yield from store.shut_out(holder.visitor.id, now, identities_too=True)
        yield from store.confirm(holder.visitor.id, link.email, now)
        holder = (yield from store.holder(link.site, link.email)) or holder
    return holder.visitor
