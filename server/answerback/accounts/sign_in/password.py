"""Accounts with an email address and password, for the API and our sign-in page."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from ...core.buckets import account_failures, address_failures, taken_addresses
from ...core.comments import NAME_LIMIT
from ...core.model import Visitor
from ...db.work import Work
from ...errors import Conflict, Unauthorized
from ...runtime import Runtime
from .. import store
from ..credentials_store import end_everything, hold, set_password
from ..naming import check_member_name, first_allowed
from ..passwords import check_password, hash_password, verify_password
from ..privacy.blocking_store import by_email, recognise
from .attempts import Attempts
from .devices import Devices

Registered = Callable[[Visitor, str, str, str], Awaitable[None]]


class PasswordAccounts:
    """Checks and changes visitors' passwords; `address` is the caller's keyed address. `registered` is called with a
    new account's visitor, email address and language, and the caller's keyed address."""

    def __init__(self, runtime: Runtime, registered: Registered) -> None:
        self._db = runtime.db
        self._clock = runtime.clock
        self._ids = runtime.ids
        self._attempts = Attempts(runtime.db, runtime.clock)
        self._registered = registered
        self._keys = runtime.settings.secret_key
        self.devices = Devices(runtime.settings.secret_key, runtime.ids)

    async def register(self, site: str, email: str, password: str, name: str, lang: str, address: str) -> Visitor:
        """Creates an account. Raises BadRequest (`password_weak`, `name_reserved`), Conflict (`email_taken`), or
        LimitReached after repeated attempts with taken addresses."""
        check_password(password, email=email)
        id = self._ids.new()

        async def add() -> Visitor | None:
            hash, now = await hash_password(password), self._clock.now()

            def work() -> Work[Visitor | None]:
                if name:
                    yield from check_member_name(site, name)
                shown = name or (yield from first_allowed(site, email.partition("@")[0][:NAME_LIMIT]))
                if not (yield from store.add_user(id, site, shown, email, hash, now)):
                    return None
                visitor = Visitor(id, site, "user", shown)
                yield from recognise(visitor, [by_email(email)], self._keys)
                return visitor

            return await self._db.write(work)

        visitor = await self._attempts.register(taken_addresses(address), add)
        if visitor is None:
            raise Conflict("email_taken")
        await self._registered(visitor, email, lang, address)
        return visitor

    async def sign_in(self, site: str, email: str, password: str, address: str, device: str = "") -> Visitor:
        """The visitor, to be held in the write that signs them in; `device` as in `Attempts.attempt`. Raises
        Unauthorized (`login_failed`), the same and in the same time for unknown addresses and bad passwords, or
        LimitReached before the next attempt is allowed."""

        async def check() -> Visitor | None:
            return await self._checked(site, email, password)

        account = account_failures(site, email)
        visitor = await self._attempts.attempt(account, address_failures(address), check, device=device)
        if visitor is None:
            raise Unauthorized("login_failed")
        return visitor

    async def change(
        self, visitor: Visitor, email: str, current: str | None, password: str, address: str, *, page: str
    ) -> None:
        """Changes the password and ends all sessions except that session of the account page. `current` is the current
        password, or None if there is none. Raises as `sign_in` and `register` do."""
        check_password(password, email=email)

        async def check() -> str | None:
            good = current is None or await self._checked(visitor.site, email, current) is not None
            return await hash_password(password) if good else None

        # Attempts here are counted apart from sign-ins, so neither delays the other.
        account = account_failures(visitor.site, email)
        hash = await self._attempts.attempt(account, address_failures(address), check, device=f"page:{page}")
        if hash is None:
            raise Unauthorized("login_failed")
        now = self._clock.now()

        def work() -> Work[None]:
            yield from hold(visitor)
            yield from set_password(visitor.id, hash)
            yield from end_everything(visitor.id, now, but_page=page)

        await self._db.write(work)

    async def hash_for(self, link: str, email: str, password: str, address: str) -> str:
        """The hash of a new password for a reset link. Raises BadRequest (`password_weak`), and LimitReached if the
        link is in use already."""
        check_password(password, email=email)
        return await self._attempts.work(f"link:{link}", address, lambda: hash_password(password))

    async def _checked(self, site: str, email: str, password: str) -> Visitor | None:
        found = await store.user_by_email(self._db, site, email)
        good = await verify_password(password, found[1] if found else None)
        return found[0] if found and good else None
