"""Access tokens for mail servers that accept no passwords (XOAUTH2)."""

from __future__ import annotations

import time

from ..settings import Settings

SPARE_SECONDS = 60
"""A token is replaced this long before it expires."""


class AccessTokens:
    """Gets access tokens and caches the valid one: with a refresh token if configured, else with client credentials."""

    def __init__(self, settings: Settings) -> None:
        self._url = settings.smtp_oauth_url
        self._form = {"client_id": settings.smtp_oauth_client_id, "client_secret": settings.smtp_oauth_client_secret}
        if settings.smtp_oauth_refresh_token:
            self._form |= {"grant_type": "refresh_token", "refresh_token": settings.smtp_oauth_refresh_token}
        else:
            self._form |= {"grant_type": "client_credentials", "scope": settings.smtp_oauth_scope}
        self._token, self._until = "", 0.0

    async def token(self) -> str:
        """A valid access token. Raises OSError if none can be obtained."""
        import httpx2

        if self._token and time.monotonic() < self._until:
            return self._token
        form = {name: value for name, value in self._form.items() if value}
        try:
            async with httpx2.AsyncClient(timeout=10, trust_env=False) as client:
                response = await client.post(self._url, data=form)
            given = response.json() if response.status_code == 200 else {}
            self._token, lasts = str(given["access_token"]), float(given.get("expires_in", 300))
        except (httpx2.HTTPError, ValueError, LookupError, TypeError, AttributeError) as error:
            raise OSError(f"no access token ({type(error).__name__})") from None
        self._until = time.monotonic() + lasts - SPARE_SECONDS
        return self._token
