"""Verifies an owner's proof: a password, a code, or a passkey.

All attempts share one counter: guessing a code slows down guessing the password, and the other way round.
"""

from __future__ import annotations

from dataclasses import dataclass

from ...core.buckets import address_failures, owner_failures
from ...db.work import Work
from ...errors import Unauthorized
from ...runtime import Runtime
from .. import store as people
from ..audit_store import note_about_owner
from ..passwords import LONGEST, verify_password
from ..sign_in.attempts import Attempts
from . import store
from .notices import SignInNotices
from .passkeys import Passkeys, credential_id
from .recovery import code_hash
from .sealing import Seal
from .store import Factors
from .totp import read_code, step_of


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is trying: the keyed address, the browser's device name at that account, the language of its pages."""

    address: str
    device: str
    lang: str


@dataclass(frozen=True, slots=True)
class Account:
    """An owner who has proved something; `credentials` as of when it was read."""

    id: str
    email: str
    credentials: int
    factors: Factors
    has_password: bool = True


class Proofs:
    """Verifies proofs, each once where it is single-use. All methods raise LimitReached before the next attempt is
    allowed."""

    def __init__(
        self, runtime: Runtime, passkeys: Passkeys, attempts: Attempts, seal: Seal, notices: SignInNotices
    ) -> None:
        self._db = runtime.db
        self._clock = runtime.clock
        self.passkeys = passkeys
        self.attempts = attempts
        self._seal = seal
        self._notices = notices

    async def account(self, id: str) -> Account | None:
        """An owner with their factors."""

        return await self._db.read(lambda: account_of(id))

    async def by_password(self, email: str, password: str, caller: Caller, *, whole: bool = False) -> Account | None:
        """The owner with that address and password. `whole`: no further factor will be asked for."""

        async def check() -> Account | None:
            row = await people.owner_by_email(self._db, email)
            good = len(password) <= LONGEST and await verify_password(password, row["password_hash"] if row else None)
            if row is None or not good:
                return None
            factors = await self._db.read(lambda: store.factors_of(row["id"]))
            return Account(row["id"], row["email"], row["credentials"], factors)

        return await self.attempts.attempt(
            owner_failures(email), address_failures(caller.address), check, device=caller.device,
            settles=lambda found: whole or not found.factors.any,
        )  # fmt: skip

    async def by_code(self, id: str, email: str, text: str, caller: Caller) -> bool:
        """Whether this is the owner's current code or one of their recovery codes; uses it up."""

        async def check() -> bool | None:
            return (await self._db.write(lambda: self._use(id, email, text, caller.lang))) or None

        account, address = owner_failures(email), address_failures(caller.address)
        return bool(await self.attempts.attempt(account, address, check, device=caller.device))

    def _use(self, id: str, email: str, text: str, lang: str) -> Work[bool]:
        now, code, recovery = self._clock.now(), read_code(text), code_hash(text)
        if recovery and (yield from store.use_code(id, recovery)):
            yield from note_about_owner(id, now, email, "code_used", email)
            yield from self._notices.tell(id, "code_used", lang)
            return True
        sealed = (yield from store.totp_secret(id)) if code else None
        secret = self._seal.open(sealed, now) if sealed else None
        step = step_of(secret, code, now) if secret else None
        if secret is None or step is None:
            return False
        return (yield from store.use_step(id, step, self._seal.seal(secret, now)))

    async def by_passkey(self, purpose: str, answer: str, caller: Caller, of: str = "") -> Account | None:
        """The owner of the passkey that signed the response; only `of`, if given."""
        # Signatures cannot be guessed: only addresses are delayed, so that no stranger locks an owner out.
        id = credential_id(answer)

        async def check() -> Account | None:
            key = await self._db.read(lambda: store.passkey(id)) if id else None
            shown = self.passkeys.signed(purpose, answer, key if key and of in ("", key.owner_id) else None)
            account = await self.account(shown.key.owner_id) if shown else None
            if shown is None or account is None:
                return None
            try:
                await self._db.write(lambda: self.passkeys.use(shown))
            except Unauthorized:
                return None
            return account

        return await self.attempts.register(address_failures(caller.address), check)


def account_of(id: str) -> Work[Account | None]:
    """An owner with their factors."""
    row = yield from store.owner(id)
    if row is None:
        return None
    factors = yield from store.factors_of(id)
    return Account(id, row["email"], row["credentials"], factors, row["password_hash"] is not None)
