"""SSO tokens: HS256, for this server and that site, valid for at most five minutes, once."""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from typing import Any

from ....errors import BadRequest, Unauthorized
from ...identities.model import Profile, said, said_name

ALGORITHM = "HS256"
LONGEST_SECONDS, LEEWAY_SECONDS = 300, 30
_JTI = re.compile(r"[\x21-\x7e]{8,128}")


@dataclass(frozen=True, slots=True)
class Claim:
    """A site's claims about a user; after `expires_at` (ms), the token's id may be forgotten."""

    profile: Profile
    jti: str
    expires_at: int


def issuer_of(site: str) -> str:
    """The issuer of identities that a site vouches for; valid on that site only."""
    return f"sso:{site}"


def derive_secret(key: str, site: str, salt: str) -> str:
    """The site's secret, derived from the server's key, so that a copy of the database cannot sign."""
    digest = hmac.new(key.encode(), f"sso|{site}|{salt}".encode(), hashlib.sha256).digest()
    return urlsafe_b64encode(digest).decode().rstrip("=")


def read_token(token: str, secrets: list[str], *, site: str, audience: str, now: int) -> Claim:
    """The token's claims. Raises Unauthorized (`sso_invalid`) for an invalid one."""
    from joserfc import jws, jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import OctKey

    claims: dict[str, Any] | None = None
    try:
        if jws.extract_compact(token.encode("ascii")).headers().get("alg") != ALGORITHM:
            raise Unauthorized("sso_invalid", "The token is not signed with HS256.")
        for secret in secrets:
            try:
                claims = jwt.decode(token, OctKey.import_key(secret), algorithms=[ALGORITHM]).claims
                break
            except JoseError:
                continue
        if claims is None:
            raise Unauthorized("sso_invalid", "The token's signature does not match the site's secret.")
        rules = jwt.JWTClaimsRegistry(
            now=now // 1000, leeway=LEEWAY_SECONDS, iss={"essential": True, "value": site},
            aud={"essential": True}, exp={"essential": True}, iat={"essential": True}, sub={"essential": True},
            jti={"essential": True},
        )  # fmt: skip
        rules.validate(claims)
    except (JoseError, ValueError, TypeError, RecursionError):
        raise Unauthorized("sso_invalid", "The token has expired, or a claim is missing or wrong.") from None
    if claims["aud"] not in (audience, [audience]):
        raise Unauthorized("sso_invalid", f"The token's audience is not {audience}.")
    if not 0 < claims["exp"] - claims["iat"] <= LONGEST_SECONDS:
        raise Unauthorized("sso_invalid", "The token is valid for more than five minutes.")
    return Claim(_profile(site, claims), _jti(claims), int(claims["exp"] + LEEWAY_SECONDS + 1) * 1000)


def _jti(claims: dict[str, Any]) -> str:
    jti = str(claims["jti"])
    if not _JTI.fullmatch(jti):
        raise Unauthorized("sso_invalid", "jti: must have 8 to 128 characters.")
    return jti


def _profile(site: str, claims: dict[str, Any]) -> Profile:
    name, email, picture = said_name(claims.get("name")), said(claims.get("email"), 254), said(claims.get("picture"))
    try:
        return Profile(issuer_of(site), claims["sub"], name, email or None, picture)
    except ValueError:
        raise BadRequest("validation_failed", "sub: must be a string of 1 to 255 characters.") from None
