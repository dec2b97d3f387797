"""Calls a model in its server's dialect, with deadlines, and retries while nothing has been sent to readers."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import random
import re
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

import httpx2

from ...core.answering import AnswerEvent, AnswerRequest, Usage
from ...core.hosts import is_in_house
from ...logs import Fault, describe
from ...metrics import Metrics
from . import ProviderError
from .dialect import Asked, Dialect
from .effort import Effort
from .faults import problem_of, told_as
from .http_client import Client
from .limits import Limits, limits_of
from .prices import PRICES, Prices
from .sse import AnswerReader, JsonReply, SseDecoder
from .watching import ProviderWatch

log = logging.getLogger(__name__)

RETRIES = 2
LONGEST_WAIT = 20.0
"""Seconds that a provider may ask us to wait, and we do so; when it asks for more the queue tries again later."""
LOADING_PAUSES = 6
"""Usual pauses between tries while a server loads its model, which takes a minute or two: three seconds."""
MODERATION_SECONDS = 5.0
PATIENCE, PATIENCE_HERE = (20.0, 90.0), (120.0, 300.0)
"""Seconds until a model says something, and for all of it: one on this machine reads with what processors there are."""
LONGEST_RESPONSE = 4_000_000
"""Bytes of a response, whatever they are."""
SYSTEM = "system role"
_NO_STREAM = re.compile(r"verified to stream|stream\w* (?:is )?(?:not|un)\s?supported", re.IGNORECASE)
_NO_SYSTEM = re.compile(
    r"system['\"]? (?:role|message)s?\b.{0,40}not|roles? must alternate|only user and assistant", re.IGNORECASE
)
_ABOUT_A_VALUE = re.compile(r"too (?:large|small|long|many)|exceed|at (?:most|least)|(?:less|greater) than|maximum")


class _Again(Exception):
    """The model used up its tokens before any text; the next request allows more."""

    def __init__(self, spent: Usage) -> None:
        super().__init__()
        self.spent = spent


class ModelAnswerer:
    """Streams answers from one server. Times in seconds."""

    # More than six arguments, because timeouts are set apart from the endpoint; all are keywords.
    def __init__(
        self,
        dialect: Dialect,
        *,
        api_key: str,
        base_url: str | None,
        model: str,
        first_token: float | None = None,
        gap: float = 15.0,
        total: float | None = None,
        retry_pause: float = 0.5,
        limits: Mapping[str, Limits] = MappingProxyType({}),
        prices: Prices = PRICES,
        watch: ProviderWatch | None = None,
    ) -> None:
        self._watch = watch or ProviderWatch(Metrics())
        self.name = dialect.name
        self.model = model
        self._dialect = dialect
        self._key = api_key
        self._url = base_url or dialect.base_url
        usual = PATIENCE_HERE if is_in_house(urlsplit(self._url).hostname or "") else PATIENCE
        self.patience = (first_token or usual[0], total or usual[1])
        self._gap = gap
        self._limits = limits
        self._retry_pause = retry_pause
        self._prices = prices
        self._effort = Effort(dialect.steps)
        self._refused: set[str] = set()
        self._connecting = asyncio.Lock()
        self._client: Client | None = None
        self._moderating = Fault(log, "moderation failure", level=logging.WARNING)

    async def close(self) -> None:
        """Closes connections."""
        if self._client is not None:
            await self._client.close()

    def thinking_tokens(self, model: str) -> int:
        """Tokens that a model may use for reasoning."""
        return self._effort.tokens(model)

    async def stream(self, request: AnswerRequest) -> AsyncIterator[AnswerEvent]:
        """Streams an answer; retries an outage up to twice. Raises ProviderError."""
        client = await self._connected()
        clock, model = asyncio.get_running_loop().time, request.model or self.model
        first, total = self._patience(model)
        deadline, spent = clock() + total, Usage(0, 0, None)
        for attempt in itertools.count():
            try:
                async with contextlib.aclosing(self._attempt(client, request, attempt, deadline)) as events:
                    async for event in events:
                        yield spent.with_more(event) if type(event) is Usage else event
                self._watch.ended(model, None)
                return
            except (GeneratorExit, asyncio.CancelledError):
                self._watch.stopped()
                raise
            except _Again as again:
                spent = spent.with_more(again.spent)
                continue
            except ProviderError as error:
                self._watch.ended(model, error)
                pause = self._pause(error, attempt)
                needed = first if error.code == "timeout" else 0.0  # a slow model needs as long again
                if pause is None or clock() + pause + needed >= deadline:
                    raise
            await asyncio.sleep(pause)

    def _patience(self, model: str) -> tuple[float, float]:
        """Seconds allowed for a model's first token, and for its whole answer."""
        found = limits_of(self._limits, model)
        return (found.first, found.total) if found else self.patience

    def _pause(self, error: ProviderError, attempt: int) -> float | None:
        """Seconds until the next attempt; None if there is none."""
        if not error.outage or not error.retryable or (attempt >= RETRIES and not error.loading):
            return None
        if error.loading:
            return LOADING_PAUSES * self._retry_pause
        if error.retry_after is not None:
            return error.retry_after if error.retry_after <= LONGEST_WAIT else None
        return self._retry_pause * (1 << attempt) * (0.5 + random.random())

    async def _attempt(
        self, client: Client, request: AnswerRequest, attempt: int, deadline: float
    ) -> AsyncGenerator[AnswerEvent, None]:
        clock, model = asyncio.get_running_loop().time, request.model or self.model
        reader = self._dialect.reader(request, model, self._prices, headless=self._effort.begins_thinking(model))
        until = min(deadline, clock() + self._patience(model)[0])
        async with contextlib.AsyncExitStack() as stack:
            with told_as(reader, lambda: clock() >= deadline):
                async with asyncio.timeout_at(until):
                    response = await self._call(client, request, attempt)
                    stack.push_async_callback(response.aclose)
            chunks = await stack.enter_async_context(contextlib.aclosing(response.aiter_bytes()))
            whole = "json" in response.headers.get("content-type", "")
            frames: SseDecoder | JsonReply = JsonReply() if whole else SseDecoder()
            ended, read = False, 0
            yield reader.estimate()  # the prompt is paid for, whatever becomes of the answer
            with told_as(reader, lambda: clock() >= deadline):
                while not ended:
                    async with asyncio.timeout_at(until):
                        chunk = await anext(chunks, None)
                    ended = chunk is None
                    read += len(chunk or b"")
                    if read > LONGEST_RESPONSE:
                        raise reader.error("malformed", retryable=False)
                    for data in frames.end() if chunk is None else frames.feed(chunk):
                        if data == b"[DONE]":
                            ended = reader.done = True
                            break
                        for event in reader.read(data):
                            yield event
                        if reader.full:
                            break
                    until = min(deadline, max(clock() + self._gap, 0 if reader.begun else until))  # SSE comments, too
                    ended = ended or reader.full
            for event in self._ending(reader, model):
                yield event
            if not reader.full:
                await _drain(chunks)

    def _ending(self, reader: AnswerReader, model: str) -> list[AnswerEvent]:
        """The last events of an answer; learns from its usage. Raises _Again."""
        events = list(reader.ending())
        news = (reader.thought or reader.wordless) and self._effort.has_thought(model, headless=reader.headless)
        if news and reader.wordless:
            raise _Again(next(event for event in events if type(event) is Usage))
        return events

    async def _call(self, client: Client, request: AnswerRequest, attempt: int) -> httpx2.Response:
        """The response with its headers; its body is still to come."""
        model = request.model or self.model
        while True:
            body = self.body_of(request)
            changes = len(self._refused) + self._effort.refused(model)
            key = f"{request.answer_id}-{attempt}" + (f"-{changes}" if changes else "")
            try:
                response = await client.send(self._dialect.path(model), body, {"Idempotency-Key": key})
            except httpx2.TimeoutException:
                raise ProviderError("timeout", retryable=True, outage=True) from None
            except httpx2.HTTPError:
                raise ProviderError("unavailable", retryable=True, outage=True) from None
            if response.is_success:
                return response
            told = response.content.decode("utf-8", "replace")  # for classifying the error only; never shown
            parameter = self._refused_parameter(response.status_code, told, body)
            if parameter is not None and parameter not in self._refused:
                self._refused.add(parameter)
            elif not self._effort.is_more(model, response.status_code, told):
                raise problem_of(response.status_code, told, response.headers)

    def _refused_parameter(self, status: int, told: str, body: dict[str, Any]) -> str | None:
        """The optional parameter that a server rejected, by its message."""
        if status in (400, 403, 422) and "stream" in body and _NO_STREAM.search(told):
            return "stream"
        if (
            status in (400, 422, 500)
            and _NO_SYSTEM.search(told)
            and body.get("messages", [{}])[0].get("role") == "system"
        ):
            return SYSTEM
        if status not in (400, 422) or _ABOUT_A_VALUE.search(told):
            return None
        return next((name for name in self._dialect.optional if name in body and name in told), None)

    def body_of(self, request: AnswerRequest) -> dict[str, Any]:
        """The request body; never with tools."""
        model = request.model or self.model
        tokens, effort = request.max_tokens + self._effort.tokens(model), self._effort.of(model).parameters
        body = self._dialect.body(Asked(request, model, tokens, effort, frozenset(self._refused)))
        if SYSTEM in self._refused:
            body["messages"] = _without_system(body["messages"])
        if "stream" in self._refused:
            body.pop("stream_options", None)
        return {name: value for name, value in body.items() if name not in self._refused}

    async def moderate(self, text: str) -> bool | None:
        """Whether the provider's moderation flags a text; None if it has none or does not respond in time."""
        if not self._dialect.moderates:
            return None
        client = await self._connected()
        try:
            async with asyncio.timeout(MODERATION_SECONDS):
                flagged = await client.moderate(text)
            self._moderating.worked()
            return flagged
        except Exception as error:  # an answer must not fail because of it
            self._moderating.failed(describe(error))
            return None

    async def _connected(self) -> Client:
        """The client, created by the first call."""
        async with self._connecting:
            if self._client is None:
                self._client = await self._dialect.connect(self._url, self._dialect.headers(self._key))
            return self._client


def _without_system(messages: list[dict[str, str]]) -> list[dict[str, str]]:
    """Moves the rules to the start of the user's message, for models without a system role."""
    rules = [message["content"] for message in messages if message["role"] == "system"]
    first, *others = [message for message in messages if message["role"] != "system"]
    return [first | {"content": "\n\n".join([*rules, first["content"]])}, *others]


async def _drain(chunks: AsyncGenerator[bytes, None]) -> None:
    """Reads the end of the response, briefly, so that the connection can be reused."""
    with contextlib.suppress(TimeoutError, httpx2.HTTPError, httpx2.StreamError):
        async with asyncio.timeout(0.25):
            async for _ in chunks:
                pass
