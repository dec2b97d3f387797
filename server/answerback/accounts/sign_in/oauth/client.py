"""Calls sign-in providers through Authlib's client, with a deadline, a size limit and our own errors."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from authlib.integrations.httpx_client import AsyncOAuth2Client

SECONDS, OPTIONAL_SECONDS = 10.0, 3.0
AGENT = "Answerback/0.1 (sign-in)"
Reason = Literal["cancelled", "unavailable", "refused"]


class ProviderFailed(Exception):
    """Signing in failed at the provider. `cancelled`: the visitor declined; `unavailable`: the provider does not
    respond properly; `refused`: its response is not acceptable. `detail` is for the operator's log and contains nothing
    written by the provider or a visitor."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


@asynccontextmanager
async def calling(client_id: str, secret: str, seconds: float = SECONDS) -> AsyncIterator[AsyncOAuth2Client]:
    """A client for one sign-in, with a total timeout in seconds; it forgets its tokens at the end. Raises
    ProviderFailed for any failure."""
    # Imported at the first sign-in, to keep idle memory low.
    import httpx2
    from authlib.integrations.base_client import OAuthError
    from authlib.integrations.httpx_client import AsyncOAuth2Client

    from .capped_transport import CappedTransport

    client = AsyncOAuth2Client(
        client_id, secret, token_endpoint_auth_method="client_secret_post", code_challenge_method="S256",
        transport=CappedTransport(), timeout=seconds, follow_redirects=False, trust_env=False,
        headers={"User-Agent": AGENT, "Accept": "application/json", "Accept-Encoding": "identity"},
    )  # fmt: skip
    try:
        async with asyncio.timeout(seconds):
            yield client
    except OAuthError as error:
        # Only known `error` codes are passed on; the description is free text of the provider.
        known = {"invalid_grant", "invalid_client", "invalid_request", "unauthorized_client", "bad_verification_code"}
        known |= {"incorrect_client_credentials", "redirect_uri_mismatch"}
        raise ProviderFailed("refused", str(error.error) if str(error.error) in known else "error response") from None
    except (TimeoutError, httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
        raise ProviderFailed("unavailable", type(error).__name__) from None
    except (TypeError, AttributeError, ValueError, LookupError, RecursionError) as error:
        # What the libraries raise for malformed responses.
        raise ProviderFailed("refused", type(error).__name__) from None
    finally:
        client.token = None
        await client.aclose()


async def get_json(client: AsyncOAuth2Client, url: str, *, token: bool) -> Any:
    """The JSON at a provider's address, with or without the access token. Raises ProviderFailed."""
    response = await client.request("GET", url, withhold_token=not token)
    if response.status_code != 200:
        raise ProviderFailed("unavailable", f"status {response.status_code}")
    try:
        return response.json()
    except ValueError:
        raise ProviderFailed("unavailable", "no JSON") from None


async def get_optional(client: AsyncOAuth2Client, url: str) -> Any:
    """Like `get_json` with the access token, but None if the request fails or is slow: the data is only displayed."""
    import httpx2
    from authlib.integrations.base_client import OAuthError

    try:
        async with asyncio.timeout(OPTIONAL_SECONDS):
            return await get_json(client, url, token=True)
    except (ProviderFailed, OAuthError, httpx2.HTTPError, TimeoutError):
        return None
