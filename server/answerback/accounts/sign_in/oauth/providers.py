"""Kakao and GitHub: their endpoints, and the profile that each returns."""

from __future__ import annotations

import asyncio
import re
from typing import Any, Protocol
from urllib.parse import urlsplit

from ....clock import Clock
from ....settings import Settings
from ...identities.model import Profile, said, said_name
from .client import ProviderFailed, calling, get_json, get_optional
from .id_tokens import FRESH_MS, KeyRing, read_id_token


class Provider(Protocol):
    """A sign-in provider."""

    name: str
    issuer: str
    answers_as: tuple[str, ...]
    """The provider's `iss` in its callback (RFC 9207), if it sends one."""

    async def address(self, redirect_uri: str, state: str, verifier: str, nonce: str) -> str:
        """The authorization URL for the visitor's browser. Raises ProviderFailed."""
        ...

    async def profile(self, redirect_uri: str, code: str, verifier: str, nonce: str) -> Profile:
        """The profile of the user who returned with that code; forgets its tokens. Raises ProviderFailed."""
        ...


def configured(settings: Settings, clock: Clock) -> dict[str, Provider]:
    """The providers whose client id and secret are set, by name, in display order."""
    found: dict[str, Provider] = {}
    if settings.kakao_client_id and settings.kakao_client_secret:
        found["kakao"] = Kakao(settings, clock)
    if settings.github_client_id and settings.github_client_secret:
        found["github"] = GitHub(settings)
    return found


def _inner(data: Any, name: str) -> dict[str, Any]:
    value = data.get(name) if isinstance(data, dict) else None
    return value if isinstance(value, dict) else {}


def _id_as_text(data: Any) -> str:
    """The numeric id as text, since it has 64 bits; empty if there is none. Names are no identity: they may change
    hands."""
    value = data.get("id") if isinstance(data, dict) else None
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    return text if re.fullmatch(r"[1-9][0-9]{0,24}", text) else ""


class Kakao:
    """Kakao by OpenID Connect; the ID token gives the identity, `/v2/user/me` what may be displayed."""

    name = "kakao"
    scope = "openid profile_nickname profile_image"

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.issuer = settings.kakao_url
        self.answers_as: tuple[str, ...] = (self.issuer,)
        self._api = settings.kakao_api_url
        self._id, self._secret = settings.kakao_client_id, settings.kakao_client_secret
        self._clock = clock
        self._ring = KeyRing(clock)
        self._found: dict[str, str] = {}
        self._found_at = -FRESH_MS
        self._one_at_a_time = asyncio.Lock()

    async def address(self, redirect_uri: str, state: str, verifier: str, nonce: str) -> str:
        """Kakao's authorization URL. Raises ProviderFailed if discovery fails."""
        async with calling(self._id, self._secret) as client:
            found = await self._discover(client)
            url, _ = client.create_authorization_url(
                found["authorization_endpoint"], state=state, code_verifier=verifier, nonce=nonce,
                redirect_uri=redirect_uri, scope=self.scope,
            )  # fmt: skip
            return str(url)

    async def profile(self, redirect_uri: str, code: str, verifier: str, nonce: str) -> Profile:
        """The ID token's user, with name and picture from `/v2/user/me`. Raises ProviderFailed."""
        async with calling(self._id, self._secret) as client:
            found = await self._discover(client)
            token = await client.fetch_token(
                found["token_endpoint"], grant_type="authorization_code", code=code, code_verifier=verifier,
                redirect_uri=redirect_uri,
            )  # fmt: skip

            async def fetch_keys() -> Any:
                return await get_json(client, found["jwks_uri"], token=False)

            claims = await read_id_token(
                token.get("id_token"), self._ring, fetch_keys, issuer=self.issuer, client_id=self._id, nonce=nonce,
                now=self._clock.now(),
            )  # fmt: skip
            subject = claims["sub"]
            if not said(subject).strip():
                raise ProviderFailed("refused", "empty subject")
            data = await get_optional(client, f"{self._api}/v2/user/me")
        if _id_as_text(data) not in ("", subject):
            raise ProviderFailed("refused", "another subject")
        return self._profile(subject, claims, data)

    def _profile(self, subject: str, claims: dict[str, Any], data: Any) -> Profile:
        account = _inner(data, "kakao_account")
        shown = _inner(account, "profile")
        verified = account.get("is_email_valid") is True and account.get("is_email_verified") is True
        picture = "" if shown.get("is_default_image") is True else (
            said(shown.get("thumbnail_image_url")) or said(shown.get("profile_image_url"))
            or said(claims.get("picture"))
        )  # fmt: skip
        name = said_name(shown.get("nickname")) or said_name(claims.get("nickname"))
        email = said(account.get("email"), 254) if verified else ""
        return Profile(self.issuer, subject, name, email or None, picture)

    async def _discover(self, client: Any) -> dict[str, str]:
        """Kakao's endpoints; each must be below the address that the operator set."""
        async with self._one_at_a_time:
            now = self._clock.now()
            if now - self._found_at < FRESH_MS:
                return self._found
            data = await get_json(client, f"{self.issuer}/.well-known/openid-configuration", token=False)
            names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
            found = {name: said(data.get(name)) if isinstance(data, dict) else "" for name in names}
            if not isinstance(data, dict) or data.get("issuer") != self.issuer:
                raise ProviderFailed("refused", "discovery: issuer")
            if any(_origin(url) != _origin(self.issuer) for url in found.values()):
                raise ProviderFailed("refused", "discovery: an address elsewhere")
            self._found, self._found_at = found, now
            return found


class GitHub:
    """GitHub by OAuth 2; the numeric id is the identity, since others can take a login that is given up."""

    name = "github"
    scope = "read:user user:email"

    def __init__(self, settings: Settings) -> None:
        self.issuer = settings.github_url
        self.answers_as: tuple[str, ...] = (self.issuer, f"{self.issuer}/login/oauth")
        self._api = settings.github_api_url
        self._id, self._secret = settings.github_client_id, settings.github_client_secret

    async def address(self, redirect_uri: str, state: str, verifier: str, nonce: str) -> str:
        """GitHub's authorization URL."""
        async with calling(self._id, self._secret) as client:
            url, _ = client.create_authorization_url(
                f"{self.issuer}/login/oauth/authorize", state=state, code_verifier=verifier,
                redirect_uri=redirect_uri, scope=self.scope,
            )  # fmt: skip
            return str(url)

    async def profile(self, redirect_uri: str, code: str, verifier: str, nonce: str) -> Profile:
        """The user from `/user`, with the verified primary email address. Raises ProviderFailed."""
        async with calling(self._id, self._secret) as client:
            token = await client.fetch_token(
                f"{self.issuer}/login/oauth/access_token", grant_type="authorization_code", code=code,
                code_verifier=verifier, redirect_uri=redirect_uri, headers={"Accept": "application/json"},
            )  # fmt: skip
            if not isinstance(token.get("access_token"), str) or not token["access_token"]:
                raise ProviderFailed("refused", "no token")
            data = await get_json(client, f"{self._api}/user", token=True)
            subject = _id_as_text(data)
            if not subject:
                raise ProviderFailed("refused", "empty subject")
            email = await self._email(client)
        name = said_name(data.get("name")) or said_name(data.get("login"))
        return Profile(self.issuer, subject, name, email, said(data.get("avatar_url")))

    async def _email(self, client: Any) -> str | None:
        """The primary address if GitHub has verified it; the visitor may not have granted access to it."""
        data = await get_optional(client, f"{self._api}/user/emails")
        for entry in data if isinstance(data, list) else []:
            if isinstance(entry, dict) and entry.get("primary") is True and entry.get("verified") is True:
                return said(entry.get("email"), 254) or None
        return None


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc
