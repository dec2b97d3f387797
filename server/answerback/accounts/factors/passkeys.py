"""Passkeys (WebAuthn, level 2): options for browsers, and verification of their responses.

A challenge carries its own time and purpose, so that unused ones need no storage. The caller that uses a response
records its challenge in the same write: each is valid once.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import orjson

from ...clock import Clock
from ...db.work import Work
from ...errors import Unauthorized
from ...ids import Ids
from ...settings import Settings
from . import store
from .store import Passkey

if TYPE_CHECKING:
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

log = logging.getLogger(__name__)
CHALLENGE_MS = 10 * 60_000
_ID = re.compile(r"[\w-]{1,1400}", re.ASCII)
"""Base64url of at most 1,023 bytes (WebAuthn, 6.5.1)."""
NAME_LIMIT = 60


@dataclass(frozen=True, slots=True)
class Shown:
    """A valid browser response that has not been used yet."""

    key: Passkey
    challenge: str
    """The challenge's hash."""
    expires_at: int


class Passkeys:
    """Registers passkeys and verifies their signatures, for this server's host."""

    def __init__(self, settings: Settings, clock: Clock, ids: Ids) -> None:
        self._key = settings.secret_key[-1].encode() if settings.secret_key else b""
        self._origin = settings.public_origin
        self.host = urlsplit(settings.public_url).hostname or ""
        self._clock = clock
        self._ids = ids

    @property
    def offered(self) -> bool:
        """Whether browsers create passkeys for this address: a host name, over TLS or on this machine."""
        return not _is_address(self.host) and (self._origin.startswith("https:") or _is_local(self.host))

    # ---- asking

    def to_add(self, purpose: str, owner_id: str, email: str, known: Sequence[Passkey]) -> bytes:
        """Options for `navigator.credentials.create()`, as JSON."""
        from webauthn import generate_registration_options, options_to_json
        from webauthn.helpers.structs import (
            AuthenticatorSelectionCriteria,
            ResidentKeyRequirement,
            UserVerificationRequirement,
        )

        options = generate_registration_options(
            rp_id=self.host, rp_name=f"Answerback {self.host}", user_id=owner_id.encode(), user_name=email,
            challenge=self._challenge(purpose), timeout=CHALLENGE_MS, exclude_credentials=_described(known),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
            ),
        )  # fmt: skip
        return options_to_json(options).encode()

    def to_sign(self, purpose: str, known: Sequence[Passkey] = ()) -> bytes:
        """Options for `navigator.credentials.get()`, as JSON; any passkey is accepted unless some are `known`."""
        from webauthn import generate_authentication_options, options_to_json
        from webauthn.helpers.structs import UserVerificationRequirement

        options = generate_authentication_options(
            rp_id=self.host, challenge=self._challenge(purpose), timeout=CHALLENGE_MS,
            allow_credentials=_described(known), user_verification=UserVerificationRequirement.REQUIRED,
        )  # fmt: skip
        return options_to_json(options).encode()

    # ---- reading answers

    def added(self, purpose: str, owner_id: str, answer: str, name: str) -> Shown | None:
        """The new passkey in a browser's response; None if anything about it is invalid."""
        from webauthn import verify_registration_response
        from webauthn.helpers import bytes_to_base64url

        try:
            said = _read(answer)
            challenge, expires_at = self._check_client(purpose, said)
            good = verify_registration_response(
                credential=said, expected_challenge=challenge, expected_rp_id=self.host, expected_origin=self._origin,
                require_user_verification=True,
            )  # fmt: skip
        except Exception as error:  # untrusted bytes may raise anything in the parsers
            log.info("a passkey was refused", exc_info=error)
            return None
        key = Passkey(
            bytes_to_base64url(good.credential_id), owner_id, bytes_to_base64url(good.credential_public_key),
            good.sign_count, name, good.credential_backed_up, self._clock.now(), None,
        )  # fmt: skip
        return Shown(key, hashlib.sha256(challenge).hexdigest(), expires_at)

    def signed(self, purpose: str, answer: str, key: Passkey | None) -> Shown | None:
        """The browser's response signed with that passkey; None if anything about it is invalid."""
        from webauthn import base64url_to_bytes, verify_authentication_response

        try:
            said = _read(answer)
            challenge, expires_at = self._check_client(purpose, said)
            if key is None or said["id"] != key.id:
                raise ValueError("unknown key")
            handle = said["response"].get("userHandle")
            if handle and base64url_to_bytes(handle) != key.owner_id.encode():
                raise ValueError("key of another user")
            good = verify_authentication_response(
                credential=said, expected_challenge=challenge, expected_rp_id=self.host, expected_origin=self._origin,
                credential_public_key=base64url_to_bytes(key.public_key), credential_current_sign_count=key.sign_count,
                require_user_verification=True,
            )  # fmt: skip
        except Exception as error:  # as above
            log.info("a passkey was refused", exc_info=error)
            return None
        used = Passkey(
            key.id, key.owner_id, key.public_key, good.new_sign_count, key.name, good.credential_backed_up,
            key.created_at, self._clock.now(),
        )  # fmt: skip
        return Shown(used, hashlib.sha256(challenge).hexdigest(), expires_at)

    def use(self, shown: Shown) -> Work[None]:
        """Uses the response, once. Raises Unauthorized."""
        key, now = shown.key, self._clock.now()
        fresh = yield from store.use_challenge(shown.challenge, shown.expires_at)
        if not fresh or not (yield from store.use_passkey(key.id, key.sign_count, now)):
            raise Unauthorized("login_failed")

    # ---- challenges

    def _challenge(self, purpose: str) -> bytes:
        made = f"{self._ids.secret()}.{self._clock.now()}"
        return f"{made}.{self._sign(purpose, made)}".encode()

    def _sign(self, purpose: str, made: str) -> str:
        return hmac.new(self._key, f"passkey|{purpose}|{made}".encode(), hashlib.sha256).hexdigest()

    def _check_client(self, purpose: str, said: dict[str, Any]) -> tuple[bytes, int]:
        """The answered challenge and its expiry, if we issued it recently for this purpose. Raises ValueError."""
        from webauthn.helpers import base64url_to_bytes, parse_client_data_json

        client = parse_client_data_json(base64url_to_bytes(said["response"]["clientDataJSON"]))
        if client.cross_origin:
            raise ValueError("answered in a frame")
        made, _, signature = client.challenge.decode("ascii").rpartition(".")
        if not hmac.compare_digest(signature, self._sign(purpose, made)):
            raise ValueError("foreign challenge")
        expires_at = int(made.rpartition(".")[2]) + CHALLENGE_MS
        if expires_at <= self._clock.now():
            raise ValueError("old challenge")
        return client.challenge, expires_at


def credential_id(answer: str) -> str:
    """The passkey id in a browser's response; empty if there is none or it is malformed."""
    try:
        id = str(_read(answer)["id"])
    except (ValueError, KeyError):
        return ""
    return id if _ID.fullmatch(id) else ""  # PostgreSQL refuses NUL


def _read(answer: str) -> dict[str, Any]:
    said = orjson.loads(answer)
    if not isinstance(said, dict) or not isinstance(said.get("response"), dict):
        raise ValueError("no credential")
    return said


def _described(keys: Sequence[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    from webauthn import base64url_to_bytes
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(key.id)) for key in keys]


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _is_local(host: str) -> bool:
    return host == "localhost" or host.endswith(".localhost")
