"""Answers from servers that speak something else than Chat Completions: each has a dialect, in a file of its own."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx2

from ...core.answering import AnswerRequest
from . import ProviderError
from .http_transport import HttpTransport
from .openai import OpenAIAnswerer, problem_of
from .sse import AnswerReader

__all__ = ["Dialect", "DirectAnswerer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How one kind of server is asked, and how its frames are read."""

    name: str
    base_url: str
    path: Callable[[str], str]
    """Where a model is asked."""
    headers: Callable[[str], dict[str, str]]
    """What shows the key."""
    body: Callable[[AnswerRequest, str], dict[str, Any]]
    reader: type[AnswerReader]


class DirectAnswerer(OpenAIAnswerer):
    """Streams answers from a server by its dialect, as patiently as from one of OpenAI's."""

    def __init__(self, dialect: Dialect, *, api_key: str, base_url: str | None, model: str, **patience: Any) -> None:
        super().__init__(api_key=api_key, base_url=base_url or dialect.base_url, model=model, **patience)
        self.name = dialect.name
        self._dialect = dialect
        self._http: httpx2.AsyncClient | None = None

    def warm(self) -> None:
        """Build the client."""
        if self._http is None:
            self._http = httpx2.AsyncClient(
                base_url=self._url, timeout=httpx2.Timeout(None, connect=5.0, write=10.0), transport=HttpTransport(),
                headers={"Accept-Encoding": "identity", "User-Agent": "Answerback", **self._dialect.headers(self._key)},
                trust_env=False, follow_redirects=False,
            )  # fmt: skip

    async def close(self) -> None:
        """Let go of the connections."""
        if self._http is not None:
            await self._http.aclose()

    async def moderate(self, text: str) -> bool | None:
        """None: only OpenAI has it."""
        return None

    def reader_of(self, request: AnswerRequest) -> AnswerReader:
        """What reads the frames of this dialect."""
        return self._dialect.reader(request, request.model or self.model, self._prices)

    def body_of(self, request: AnswerRequest) -> dict[str, Any]:
        """What is sent for a request; there are never any tools in it."""
        return self._dialect.body(request, request.model or self.model)

    async def _call(self, request: AnswerRequest, attempt: int, stack: contextlib.AsyncExitStack) -> httpx2.Response:
        self.warm()
        assert self._http is not None
        model = request.model or self.model
        asked = self._http.build_request("POST", self._dialect.path(model), json=self.body_of(request))
        try:
            response = await self._http.send(asked, stream=True)
            stack.push_async_callback(response.aclose)
            if response.status_code < 400:
                return response
            told = (await response.aread()).decode("utf-8", "replace")
        except httpx2.TimeoutException:
            raise ProviderError("timeout", retryable=True, outage=True) from None
        except httpx2.HTTPError:
            raise ProviderError("unavailable", retryable=True, outage=True) from None
        raise problem_of(response.status_code, told, response.headers).of_status(response.status_code)
