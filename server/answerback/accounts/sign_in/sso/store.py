"""Salts of the sites' SSO secrets, and the tokens already used."""

from __future__ import annotations

from ....db.database import Database
from ....db.work import Work, one, run


async def salt_of(db: Database, site: str) -> str | None:
    """The salt of the site's secret; None if single sign-on is off."""
    row = await db.fetch_one("SELECT salt FROM sso_secrets WHERE site = :site", site=site)
    return None if row is None else row["salt"]


def set_salt(site: str, salt: str, now: int) -> Work[bool]:
    """Sets or rotates a site's secret; False if there is no such site."""
    row = yield one("SELECT key FROM sites WHERE key = :site", site=site)
    if row is None:
        return False
    yield run(
        """INSERT INTO sso_secrets (site, salt, made_at) VALUES (:site, :salt, :now)
        ON CONFLICT (site) DO UPDATE SET salt = excluded.salt, made_at = excluded.made_at""",
        site=site, salt=salt, now=now,
    )  # fmt: skip
    return True


def drop_salt(site: str) -> Work[bool]:
    """Turns single sign-on off; False if it was off."""
    row = yield one("DELETE FROM sso_secrets WHERE site = :site RETURNING site", site=site)
    return row is not None


def use_token(site: str, jti: str, expires_at: int) -> Work[bool]:
    """Marks a token as used; False if it was used before."""
    row = yield one(
        """INSERT INTO sso_tokens (site, jti, expires_at) VALUES (:site, :jti, :expires_at)
        ON CONFLICT (site, jti) DO NOTHING RETURNING jti""",
        site=site, jti=jti, expires_at=expires_at,
    )  # fmt: skip
    return row is not None
