"""Device cookies: someone guessing an account's password does not lock out browsers that signed in before."""

from __future__ import annotations

import hashlib

from itsdangerous import BadSignature, URLSafeSerializer
from starlette.requests import Request

from ...ids import Ids

SECONDS = 400 * 24 * 3600


class Devices:
    """Issues and checks signed device cookies for accounts (OWASP). They grant no access: they only select the counter
    of a browser's attempts."""

    def __init__(self, keys: tuple[str, ...], ids: Ids) -> None:
        self._ids = ids
        self._signed = URLSafeSerializer(list(keys), salt="device", signer_kwargs={"digest_method": hashlib.sha256})

    def known(self, request: Request, account: str) -> str:
        """This browser's name at that account; empty if nobody has signed in to it here."""
        try:
            said = self._signed.loads(request.cookies.get(_name(account), ""))
        except BadSignature:
            return ""
        return str(said[1]) if isinstance(said, list) and len(said) == 2 and said[0] == account else ""

    def cookie(self, request: Request, account: str) -> str:
        """The Set-Cookie header for a browser that has just signed in to that account."""
        value = self._signed.dumps([account, self.known(request, account) or self._ids.secret()])
        return f"{_name(account)}={value}; Path=/; Max-Age={SECONDS}; Secure; HttpOnly; SameSite=Lax"


def _name(account: str) -> str:
    return f"__Host-answerback-device-{hashlib.sha256(account.encode()).hexdigest()[:16]}"
