"""Calls OpenAI-compatible servers through OpenAI's SDK.

Its import takes half a second and much memory, so the first answer does it, in a thread. Its retries, timeouts,
headers and environment are not used: how calls are made does not depend on whom we ask.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx2

from .http_client import SHOWN, Client, connections
from .http_transport import HttpTransport

_NEEDED = ("host", "connection", "idempotency-key")


class _OurHeaders(HttpTransport):
    """Sends only our headers: neither the SDK's telemetry nor those from `OPENAI_CUSTOM_HEADERS`."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        super().__init__()
        self._headers = headers

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send a request; the response's body is still to come. Raises httpx2.TransportError."""
        needed = {name: request.headers[name] for name in _NEEDED if name in request.headers}
        sent = httpx2.Request(
            request.method, request.url, headers={**needed, **self._headers}, content=await request.aread(),
            extensions=request.extensions,
        )  # fmt: skip
        return await super().handle_async_request(sent)


class OpenAIClient:
    """Calls through the SDK. Creating the first one takes half a second."""

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        import openai

        self._openai = openai
        http = connections(url, {}, _OurHeaders({**SHOWN, **headers}))
        self._sdk = openai.AsyncOpenAI(  # the key is in `headers`; without one here, the environment's would be taken
            api_key="none", admin_api_key="", base_url=url, max_retries=0, http_client=http
        )

    async def send(self, path: str, body: dict[str, Any], headers: dict[str, str]) -> httpx2.Response:
        """Sends a request. The response's body is still to come, except that a refusal's has been read. Raises
        httpx2.HTTPError."""
        try:
            # Does what `chat.completions.with_streaming_response.create` does, without its search for files to
            # upload, which takes a millisecond.
            opened = await self._sdk.post(
                path, body=body, options={"headers": {"X-Stainless-Raw-Response": "stream", **headers}},
                cast_to=self._openai.AsyncAPIResponse[object],
            )  # fmt: skip
        except self._openai.APIStatusError as error:
            return error.response
        except self._openai.APIConnectionError as error:
            raise error.__cause__ or error from None
        response: httpx2.Response = opened.http_response
        return response

    async def moderate(self, text: str) -> bool | None:
        """Whether the server flags a text. Errors propagate."""
        said = await self._sdk.moderations.create(input=text)
        return any(result.flagged for result in said.results)

    async def close(self) -> None:
        """Closes connections."""
        await self._sdk.close()


async def through_the_sdk(url: str, headers: Mapping[str, str]) -> Client:
    """A client of an OpenAI-compatible server."""
    return await asyncio.to_thread(OpenAIClient, url, headers)
