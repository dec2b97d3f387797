"""Changes an owner's factors: each change ends other sessions, is recorded in the audit trail, and is mailed to the
owner."""

from __future__ import annotations

from dataclasses import dataclass

from ...db.work import Work
from ...errors import BadRequest, NotFound, Unauthorized
from ...runtime import Runtime
from ..audit_store import note_about_owner
from ..credentials_store import end_everything_of_owner, forget_factors, set_owner_password
from ..owner_sessions_store import is_open
from . import store
from .notices import Change, SignInNotices
from .passkeys import Shown
from .recovery import code_hash, new_codes
from .sealing import Seal
from .totp import new_secret, read_code, step_of

SETUP_SECONDS = 15 * 60
MOST_PASSKEYS = 20


@dataclass(frozen=True, slots=True)
class Changer:
    """Who makes a change: an owner, the hash of their session, which stays open, and their language."""

    id: str
    email: str
    session: str
    lang: str


class FactorChanges:
    """Changes an owner's factors. Adding the first factor, and `make_codes`, return recovery codes to show once."""

    def __init__(self, runtime: Runtime, seal: Seal, notices: SignInNotices) -> None:
        self._db = runtime.db
        self._clock = runtime.clock
        self._seal = seal
        self._notices = notices

    async def set_password(self, by: Changer, hash: str) -> None:
        """Changes the password."""

        def work() -> Work[None]:
            yield from set_owner_password(by.id, hash)
            yield from self._changed(by, "password_changed")

        await self._db.write(work)

    def begin_app(self, by: Changer) -> tuple[str, str]:
        """A new app secret, and the same sealed for this owner; it is stored once one of its codes has been entered."""
        secret = new_secret()
        return secret, self._seal.seal(f"{by.id}|{secret}", self._clock.now())

    def begun_app(self, by: Changer, sealed: str) -> str:
        """The secret made for this owner earlier. Raises NotFound."""
        id, _, secret = (self._seal.open(sealed, self._clock.now(), SETUP_SECONDS) or "").partition("|")
        if not secret or id != by.id:
            raise NotFound("ticket_invalid")
        return secret

    async def add_app(self, by: Changer, secret: str, text: str) -> list[str]:
        """Adds the app that produced this code. Raises BadRequest if the code is wrong."""
        now, code = self._clock.now(), read_code(text)
        step = step_of(secret, code, now) if code else None
        if step is None:
            raise BadRequest("validation_failed", "code: must be the app's current code.", reason="code_wrong")
        sealed = self._seal.seal(secret, now)

        def work() -> Work[list[str]]:
            if not (yield from store.add_totp(by.id, sealed, step, now)):
                raise NotFound
            return (yield from self._added(by, "app_added"))

        return await self._db.write(work)

    async def remove_app(self, by: Changer) -> None:
        """Removes the app. Raises NotFound."""

        def work() -> Work[None]:
            if not (yield from store.remove_totp(by.id)):
                raise NotFound
            yield from self._removed(by, "app_removed")

        await self._db.write(work)

    async def add_passkey(self, by: Changer, shown: Shown) -> list[str]:
        """Adds a passkey. Raises BadRequest if there are too many or it exists already."""

        def work() -> Work[list[str]]:
            room = len((yield from store.passkeys(by.id))) < MOST_PASSKEYS
            fresh = yield from store.use_challenge(shown.challenge, shown.expires_at)
            if not (room and fresh and (yield from store.add_passkey(shown.key))):
                raise BadRequest("validation_failed", reason="passkey_wrong")
            return (yield from self._added(by, "passkey_added", shown.key.name))

        return await self._db.write(work)

    async def remove_passkey(self, by: Changer, id: str) -> None:
        """Removes a passkey. Raises NotFound."""

        def work() -> Work[None]:
            name = yield from store.remove_passkey(by.id, id)
            if name is None:
                raise NotFound
            yield from self._removed(by, "passkey_removed", name)

        await self._db.write(work)

    async def make_codes(self, by: Changer) -> list[str]:
        """Replaces the recovery codes. Raises NotFound for an owner without a second factor."""

        def work() -> Work[list[str]]:
            if not (yield from store.factors_of(by.id)).any:
                raise NotFound
            codes = yield from _new_codes(by.id)
            yield from self._changed(by, "codes_made")
            return codes

        return await self._db.write(work)

    def _added(self, by: Changer, change: Change, about: str = "") -> Work[list[str]]:
        factors = yield from store.factors_of(by.id)
        yield from self._changed(by, change, about)
        return (yield from _new_codes(by.id)) if factors.codes == 0 else []

    def _removed(self, by: Changer, change: Change, about: str = "") -> Work[None]:
        if not (yield from store.factors_of(by.id)).any:
            yield from store.set_codes(by.id, [])
        yield from self._changed(by, change, about)

    def _changed(self, by: Changer, change: Change, about: str = "") -> Work[None]:
        now = self._clock.now()
        yield from end_everything_of_owner(by.id, but=by.session)
        if not (yield from is_open(by.session)):  # ended by a concurrent change
            raise Unauthorized("session_invalid")
        yield from note_about_owner(by.id, now, by.email, change, by.email, about)
        yield from self._notices.tell(by.id, change, by.lang)


def _new_codes(owner_id: str) -> Work[list[str]]:
    codes = new_codes()
    yield from store.set_codes(owner_id, [code_hash(code) for code in codes])
    return codes


def reset_factors(owner_id: str, email: str, now: int, actor: str) -> Work[None]:
    """Removes all factors but the password and ends all sessions, for an owner who has lost them."""
    yield from end_everything_of_owner(owner_id)
    yield from forget_factors(owner_id)
    yield from note_about_owner(owner_id, now, actor, "factors_reset", email)
