"""Accounts by e-mail address and password, for programs and for our own sign-in page alike."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from ...clock import Clock
from ...core.buckets import account_failures, address_failures, taken_addresses
from ...core.comments import NAME_LIMIT
from ...core.model import Visitor
from ...db.database import Database
from ...db.work import Work
from ...errors import Conflict, Unauthorized
from ...ids import Ids
from .. import store
from ..passwords import check_password, hash_password, verify_password
from .attempts import Attempts

Registered = Callable[[Visitor, str, str, str], Awaitable[None]]


class PasswordAccounts:
    """Registers and signs in; `address` is the caller's keyed address. `registered` is called with a new account's
    visitor, e-mail address and language, and the caller's keyed address."""

    def __init__(self, db: Database, clock: Clock, ids: Ids, registered: Registered) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._attempts = Attempts(db, clock)
        self._registered = registered

    async def register(self, site: str, email: str, password: str, name: str, lang: str, address: str) -> Visitor:
        """A new account. Raises BadRequest (`password_weak`), Conflict (`email_taken`), or LimitReached for whoever
        has tried addresses that are taken again and again."""
        check_password(password, email=email)
        name = name or email.partition("@")[0][:NAME_LIMIT]
        visitor = Visitor(self._ids.new(), site, "user", name)

        async def add() -> Visitor | None:
            hash, now = await hash_password(password), self._clock.now()
            added = await self._db.write(lambda: store.add_user(visitor.id, site, name, email, hash, now))
            return visitor if added else None

        if await self._attempts.register(taken_addresses(address), add) is None:
            raise Conflict("email_taken")
        await self._registered(visitor, email, lang, address)
        return visitor

    async def sign_in(self, site: str, email: str, password: str, address: str) -> tuple[Visitor, str]:
        """The visitor, and what `store.hold_password` wants in the write that lets them in.

        Raises Unauthorized (`login_failed`), the same and as late for unknown addresses and bad passwords, or
        LimitReached when it is too early to try again.
        """

        async def check() -> tuple[Visitor, str] | None:
            found = await store.user_by_email(self._db, site, email)
            good = await verify_password(password, found[1] if found else None)
            return found if good else None

        found = await self._attempts.attempt(account_failures(site, email), address_failures(address), check)
        if found is None:
            raise Unauthorized("login_failed")
        return found

    async def change(
        self, visitor: Visitor, email: str, current: str | None, password: str, address: str, *, but_page: str
    ) -> None:
        """Another password; what is open elsewhere than in that session of the account page ends.

        `current` is the one until now, or None where there is none. Raises as `sign_in` and `register` do.
        """
        if current is not None:
            await self.sign_in(visitor.site, email, current, address)
        check_password(password, email=email)
        hash, now = await hash_password(password), self._clock.now()

        def work() -> Work[None]:
            yield from store.set_password(visitor.id, hash)
            yield from store.end_everything(visitor.id, now, but_page=but_page)

        await self._db.write(work)
