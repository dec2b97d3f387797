"""ID tokens: signature, issuer, audience, nonce and times, each pinned (OpenID Connect Core, 3.1.3.7)."""

from __future__ import annotations

import hmac
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from ....clock import Clock
from .client import ProviderFailed

ALGORITHM = "RS256"
LEEWAY_SECONDS, OLDEST_SECONDS = 60, 600
FRESH_MS = 3_600_000
FETCHES, FETCHES_MS = 6, 60_000
FetchKeys = Callable[[], Awaitable[Any]]


class KeyRing:
    """The provider's keys, cached for an hour and refetched for an unknown key id, at a limited rate."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._keys: dict[str, Any] = {}
        self._read_at = -FRESH_MS
        self._fetches: deque[int] = deque(maxlen=FETCHES)

    async def key(self, kid: str, fetch: FetchKeys) -> Any:
        """The key with that id. Raises ProviderFailed (`refused`) if the provider has no such key."""
        now = self._clock.now()
        if kid not in self._keys or now - self._read_at >= FRESH_MS:
            if len(self._fetches) == FETCHES and now - self._fetches[0] < FETCHES_MS:
                raise ProviderFailed("refused", "unknown key")
            self._fetches.append(now)
            self._keys = _signing_keys(await fetch())
            self._read_at = now
        if kid not in self._keys:
            raise ProviderFailed("refused", "unknown key")
        return self._keys[kid]


def _signing_keys(data: Any) -> dict[str, Any]:
    from joserfc.errors import JoseError
    from joserfc.jwk import RSAKey

    found = data.get("keys") if isinstance(data, dict) else None
    if not isinstance(found, list):
        raise ProviderFailed("unavailable", "no key set")
    keys = {}
    for entry in found[:50]:
        if not isinstance(entry, dict) or not isinstance(entry.get("kid"), str):
            continue
        if entry.get("kty") != "RSA" or entry.get("use", "sig") != "sig" or entry.get("alg", ALGORITHM) != ALGORITHM:
            continue
        try:
            keys[entry["kid"]] = RSAKey.import_key({name: entry[name] for name in ("kty", "n", "e")})
        except (JoseError, ValueError, KeyError, TypeError):
            continue
    return keys


async def read_id_token(
    token: Any, ring: KeyRing, fetch: FetchKeys, *, issuer: str, client_id: str, nonce: str, now: int
) -> dict[str, Any]:
    """The claims of an ID token that `issuer` made for us and this sign-in. Raises ProviderFailed."""
    from joserfc import jws, jwt
    from joserfc.errors import JoseError

    if not isinstance(token, str) or len(token) > 16_384:
        raise ProviderFailed("refused", "no ID token")
    try:
        header = jws.extract_compact(token.encode("ascii")).headers()
        if header.get("alg") != ALGORITHM or not isinstance(header.get("kid"), str):
            raise ProviderFailed("refused", "algorithm or key id")
        key = await ring.key(header["kid"], fetch)
        claims = jwt.decode(token, key, algorithms=[ALGORITHM]).claims
        rules = jwt.JWTClaimsRegistry(
            now=now // 1000, leeway=LEEWAY_SECONDS, iss={"essential": True, "value": issuer},
            exp={"essential": True}, iat={"essential": True}, sub={"essential": True}, nonce={"essential": True},
        )  # fmt: skip
        rules.validate(claims)
    except (JoseError, ValueError, TypeError) as error:
        raise ProviderFailed("refused", f"ID token: {type(error).__name__}") from None
    # With several audiences, another client may hold the token, too.
    if claims.get("aud") not in (client_id, [client_id]) or claims.get("azp", client_id) != client_id:
        raise ProviderFailed("refused", "audience")
    if not hmac.compare_digest(str(claims["nonce"]).encode(), nonce.encode()):
        raise ProviderFailed("refused", "nonce")
    if now // 1000 - int(claims["iat"]) > OLDEST_SECONDS:
        raise ProviderFailed("refused", "too old")
    return dict(claims)
