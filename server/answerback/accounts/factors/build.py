"""Builds second-factor authentication for the owner's pages."""

from __future__ import annotations

from starlette.requests import Request

from ...core.buckets import owner_failures
from ...mail.transport import Mailer
from ...runtime import Runtime
from ..sign_in.attempts import Attempts
from ..sign_in.devices import Devices
from ..sign_in.pace import caller_key
from .changing import FactorChanges
from .notices import SignInNotices
from .passkeys import Passkeys
from .proving import Caller, Proofs
from .sealing import Seal


class OwnerFactors:
    """The parts of second-factor authentication."""

    def __init__(self, runtime: Runtime, mailer: Mailer | None) -> None:
        self._settings = settings = runtime.settings
        seal = Seal(settings.secret_key)
        self._devices = Devices(settings.secret_key, runtime.ids)
        self.passkeys = Passkeys(settings, runtime.clock, runtime.ids)
        self.attempts = Attempts(runtime.db, runtime.clock)
        self.notices = SignInNotices(runtime, mailer)
        self.proofs = Proofs(runtime, self.passkeys, self.attempts, seal, self.notices)
        self.changes = FactorChanges(runtime, seal, self.notices)

    def caller(self, request: Request, email: str, lang: str) -> Caller:
        """The caller who claims to be the owner with that address."""
        device = self._devices.known(request, owner_failures(email))
        return Caller(caller_key(request, self._settings), device, lang)

    def knows_browser(self, request: Request, email: str) -> bool:
        """Whether this browser has signed in to that account before."""
        return bool(self._devices.known(request, owner_failures(email)))

    def device_cookie(self, request: Request, email: str) -> str:
        """The Set-Cookie header for a browser that has just signed in as that owner."""
        return self._devices.cookie(request, owner_failures(email))
