"""Answers from OpenAI or any server that speaks its Chat Completions.

The SDK (40 MB) is imported at the first answer, or by `warm()`; its own retries, timeouts and environment are not used.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import itertools
import logging
import random
import re
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx2

from ...core.answering import AnswerEvent, AnswerRequest
from ...core.hosts import is_in_house
from ...logs import Fault, describe
from ...metrics import Metrics
from . import ProviderError
from .http_transport import HttpTransport
from .limits import Limits, limits_of
from .prices import PRICES, Prices
from .sse import THINKING_TOKENS, AnswerReader, JsonReply, SseDecoder
from .watching import ProviderWatch

if TYPE_CHECKING:
    from openai import AsyncOpenAI

log = logging.getLogger(__name__)

OPENAI = "https://api.openai.com/v1"
RETRIES = 2
LONGEST_WAIT = 20.0
"""Seconds that a provider may ask us to wait, and we do so; when it asks for more the queue tries again later."""
NO_CREDIT_WAIT = 600.0
LOADING_PAUSE = 3.0
"""Seconds between tries while a server loads its model, which takes a minute or two."""
MODERATION_SECONDS = 5.0
FIRST_TOKEN, FIRST_TOKEN_HERE = 20.0, 60.0
"""Seconds until a model says something: one on this machine reads a prompt with what processors there are."""
LONGEST_RESPONSE = 4_000_000
"""Bytes of a response, whatever they are."""
_SENT_HEADERS = {
    "accept", "accept-encoding", "connection", "content-length", "content-type", "host", "idempotency-key",
    "x-stainless-raw-response",  # the SDK reads it back from the request
}  # fmt: skip
_OPTIONAL = ("max_tokens", "stream_options", "prompt_cache_key", "store", "chat_template_kwargs")
EFFORTS = ("none", "minimal", "low")
"""How little a model may be asked to think, least first; no server takes all of these."""
SYSTEM = "system role"
_NO_STREAM = re.compile(r"verified to stream|stream\w* (?:is )?(?:not|un)\s?supported", re.IGNORECASE)
_NO_SYSTEM = re.compile(
    r"system['\"]? (?:role|message)s?\b.{0,40}not|roles? must alternate|only user and assistant", re.IGNORECASE
)
_ABOUT_A_VALUE = re.compile(r"too (?:large|small|long|many)|exceed|at (?:most|least)|(?:less|greater) than|maximum")
_THINKS = re.compile(
    r"/(?:gpt-(?:[5-9]|\d\d)(?!\d|.*chat)|o\d)|gpt-oss|deepseek-r|qwen-?3(?!.*instruct)|magistral|think|reason|"
    r"glm-4\.[5-9]|grok-(?:3-mini|[4-9])|minimax-m|nemotron|-r1\b",
    re.IGNORECASE,
)
"""Models that think before they answer, by their names; others are known by what they send."""
_THINKS_AT_OPENAI = re.compile(r"^(?:gpt-(?:[5-9]|\d\d)(?!\d|.*chat)|o\d)")
"""The same by its own names, by which others serve anything."""
_LEAST = re.compile(r"(?:^|/)(?:(?P<minimal>gpt-5(?![.\d]))|(?P<low>o\d|gpt-oss))", re.IGNORECASE)
"""Those that take not even "none"."""


class OpenAIAnswerer:
    """Streams answers from one server. The times are in seconds."""

    name = "openai"

    # More than six arguments, because timeouts are set apart from the endpoint; all are keywords.
    def __init__(
        self,
        *,
        api_key: str,
        base_url: str | None,
        model: str,
        first_token: float | None = None,
        gap: float = 15.0,
        total: float = 90.0,
        retry_pause: float = 0.5,
        limits: Mapping[str, Limits] = MappingProxyType({}),
        prices: Prices = PRICES,
        watch: ProviderWatch | None = None,
    ) -> None:
        self._watch = watch or ProviderWatch(Metrics())
        self.model = model
        self._key = api_key
        self._url = base_url or OPENAI
        here = is_in_house(urlsplit(self._url).hostname or "")
        self.first_token = first_token or (FIRST_TOKEN_HERE if here else FIRST_TOKEN)
        self._gap = gap
        self._total = total
        self._limits = limits
        self._retry_pause = retry_pause
        self._prices = prices
        self._is_openai = urlsplit(self._url).hostname == "api.openai.com"
        self._refused: set[str] = set()
        self._thinking: set[str] = set()
        """Models that have thought."""
        self._effort: dict[str, int] = {}
        self._building = threading.Lock()
        self._client: AsyncOpenAI | None = None
        self._moderating = Fault(log, "moderation failure", level=logging.WARNING)

    def warm(self) -> None:
        """Import the SDK and build the client; takes half a second, so call it in a thread."""
        with self._building:
            if self._client is None:
                self._client = self._build()

    async def close(self) -> None:
        """Let go of the connections."""
        if self._client is not None:
            await self._client.close()

    async def stream(self, request: AnswerRequest) -> AsyncIterator[AnswerEvent]:
        """The answer's events. An outage is tried again, up to twice; raises ProviderError."""
        model = request.model or self.model
        deadline = asyncio.get_running_loop().time() + self._patience(model)[1]
        for attempt in itertools.count():
            try:
                async with contextlib.aclosing(self._attempt(request, attempt, deadline)) as events:
                    async for event in events:
                        yield event
                self._watch.ended(model, None)
                return
            except (GeneratorExit, asyncio.CancelledError):
                self._watch.stopped()
                raise
            except ProviderError as error:
                self._watch.ended(model, error)
                pause = self._pause(error, attempt)
                if pause is None or asyncio.get_running_loop().time() + pause >= deadline:
                    raise
            await asyncio.sleep(pause)

    def _patience(self, model: str) -> tuple[float, float]:
        """Seconds to a model's first token, and for its whole answer."""
        found = limits_of(self._limits, model)
        return (found.first, found.total) if found else (self.first_token, self._total)

    def _pause(self, error: ProviderError, attempt: int) -> float | None:
        """Seconds until the next attempt; None when there is to be none."""
        if not error.outage or not error.retryable or (attempt >= RETRIES and not error.loading):
            return None
        if error.loading:
            return LOADING_PAUSE
        if error.retry_after is not None:
            return error.retry_after if error.retry_after <= LONGEST_WAIT else None
        return self._retry_pause * (1 << attempt) * (0.5 + random.random())

    async def _attempt(
        self, request: AnswerRequest, attempt: int, deadline: float
    ) -> AsyncGenerator[AnswerEvent, None]:
        if self._client is None:
            await asyncio.to_thread(self.warm)
        clock = asyncio.get_running_loop().time
        reader = self.reader_of(request)
        until = min(deadline, clock() + self._patience(request.model or self.model)[0])
        async with contextlib.AsyncExitStack() as stack:
            with _told_as(reader, lambda: clock() >= deadline):
                async with asyncio.timeout_at(until):
                    response = await self._call(request, attempt, stack)
            chunks = await stack.enter_async_context(contextlib.aclosing(response.aiter_bytes()))
            whole = "json" in response.headers.get("content-type", "")
            frames: SseDecoder | JsonReply = JsonReply() if whole else SseDecoder()
            ended, read = False, 0
            yield reader.estimate()  # the prompt is paid for, whatever becomes of the answer
            with _told_as(reader, lambda: clock() >= deadline):
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
            if reader.thought:
                self._thinking.add(request.model or self.model)
            for event in reader.ending():
                yield event
            if not reader.full:
                await _drain(chunks)

    def reader_of(self, request: AnswerRequest) -> AnswerReader:
        """What reads the frames of an answer."""
        return AnswerReader(request, request.model or self.model, self._prices)

    async def _call(self, request: AnswerRequest, attempt: int, stack: contextlib.AsyncExitStack) -> httpx2.Response:
        """The response, its head received and its body open until the stack is left."""
        import openai

        assert self._client is not None, "warm() has built it"
        while True:
            body = self.body_of(request)
            key = f"{request.answer_id}-{attempt}" + (f"-{len(self._refused)}" if self._refused else "")
            try:
                # Does what `chat.completions.with_streaming_response.create` does, without its search for files to
                # upload, which takes a millisecond.
                opened = await self._client.post(
                    "/chat/completions",
                    body=body,
                    options={"headers": {"X-Stainless-Raw-Response": "stream", "Idempotency-Key": key}},
                    cast_to=openai.AsyncAPIResponse[object],
                )
                stack.push_async_callback(opened.close)
                response: httpx2.Response = opened.http_response
                return response
            except openai.APIStatusError as error:
                told = error.response.text  # for classifying the error only; never shown
                if self._is_less_effort(error.status_code, told, body):
                    continue
                parameter = _refused_parameter(error.status_code, told, body)
                if parameter is None or parameter in self._refused:
                    problem = problem_of(error.status_code, told, error.response.headers)
                    raise problem.of_status(error.status_code) from None
                self._refused.add(parameter)
            except openai.APITimeoutError:
                raise ProviderError("timeout", retryable=True, outage=True) from None
            except openai.APIConnectionError:
                raise ProviderError("unavailable", retryable=True, outage=True) from None

    def _is_less_effort(self, status: int, told: str, body: dict[str, Any]) -> bool:
        """Whether a server has refused how little it shall think, and the next try asks for the next."""
        if status not in (400, 422) or "reasoning_effort" not in body or "reasoning" not in told:
            return False
        self._effort[body["model"]] = EFFORTS.index(body["reasoning_effort"]) + 1
        return True

    def _thinks(self, model: str) -> bool:
        known = _THINKS_AT_OPENAI.search(model) if self._is_openai else _THINKS.search(model)
        return model in self._thinking or known is not None

    def _allowance(self, model: str) -> int:
        """Tokens for thoughts, of a model that does not do without."""
        least = self._effort_of(model) in EFFORTS[:2] and model not in self._thinking
        return 0 if least or not self._thinks(model) else THINKING_TOKENS

    def _effort_of(self, model: str) -> str:
        """How little a model is asked to think; empty where it is asked nothing."""
        least = _LEAST.search(model)
        first = EFFORTS.index(least.lastgroup or "none") if least else 0
        place = max(first, self._effort.get(model, 0))
        return EFFORTS[place] if self._thinks(model) and place < len(EFFORTS) else ""

    async def moderate(self, text: str) -> bool | None:
        """Whether the provider's moderation flags a text; None when it has none, or does not say in time."""
        await asyncio.to_thread(self.warm)
        assert self._client is not None
        try:
            async with asyncio.timeout(MODERATION_SECONDS):
                said = await self._client.moderations.create(input=text)
                self._moderating.worked()
                return any(result.flagged for result in said.results)
        except Exception as error:  # an answer must not fail because of it
            self._moderating.failed(describe(error))
            return None

    def body_of(self, request: AnswerRequest) -> dict[str, Any]:
        """What is sent for a request; there are never any tools in it."""
        model = request.model or self.model
        limit = "max_completion_tokens" if self._is_openai or "max_tokens" in self._refused else "max_tokens"
        body: dict[str, Any] = {
            "model": model,
            "messages": [{"role": message.role, "content": message.content} for message in request.messages],
            limit: request.max_tokens + self._allowance(model),
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        if self._is_openai:
            rules = "".join(message.content for message in request.messages if message.role == "system")
            body["store"] = False
            body["prompt_cache_key"] = hashlib.sha256(rules.encode()).hexdigest()[:32]
        if effort := self._effort_of(model):  # otherwise reasoning uses up the limit before the answer begins
            body["reasoning_effort"] = effort
            if not self._is_openai:
                body["chat_template_kwargs"] = {"enable_thinking": False}
        if SYSTEM in self._refused:
            body["messages"] = _without_system(body["messages"])
        if "stream" in self._refused:
            del body["stream_options"]
        return {name: value for name, value in body.items() if name not in self._refused}

    def _build(self) -> AsyncOpenAI:
        from openai import AsyncOpenAI

        async def send_only_what_is_listed(request: httpx2.Request) -> None:
            """Neither the SDK's telemetry nor headers from `OPENAI_CUSTOM_HEADERS`, `OPENAI_ORG_ID` and the like."""
            for name in set(request.headers) - _SENT_HEADERS:
                del request.headers[name]
            request.headers["user-agent"] = "Answerback"
            if self._key:
                request.headers["authorization"] = f"Bearer {self._key}"

        http = httpx2.AsyncClient(
            base_url=self._url,
            timeout=httpx2.Timeout(None, connect=5.0, write=10.0),
            transport=HttpTransport(),
            headers={"Accept-Encoding": "identity"},
            trust_env=False,
            follow_redirects=False,
            event_hooks={"request": [send_only_what_is_listed]},
        )
        client = AsyncOpenAI(
            api_key=self._key or "none", admin_api_key="", base_url=self._url, max_retries=0, http_client=http
        )
        return client


def _without_system(messages: list[dict[str, str]]) -> list[dict[str, str]]:
    """The rules as the beginning of what the user says, for models that know of no others."""
    rules = [message["content"] for message in messages if message["role"] == "system"]
    first, *others = [message for message in messages if message["role"] != "system"]
    return [first | {"content": "\n\n".join([*rules, first["content"]])}, *others]


@contextlib.contextmanager
def _told_as(reader: AnswerReader, is_over: Callable[[], bool]) -> Iterator[None]:
    """Problems of waiting and of the connection as ProviderErrors."""
    try:
        yield
    except TimeoutError:
        raise reader.error("stalled" if reader.begun and not is_over() else "timeout", outage=True) from None
    except (httpx2.HTTPError, httpx2.StreamError):
        raise reader.error("cut", outage=True) from None


async def _drain(chunks: AsyncGenerator[bytes, None]) -> None:
    """Read the response's very end, so that the connection can be used again; not for long."""
    with contextlib.suppress(TimeoutError, httpx2.HTTPError, httpx2.StreamError):
        async with asyncio.timeout(0.25):
            async for _ in chunks:
                pass


def _refused_parameter(status: int, told: str, body: dict[str, Any]) -> str | None:
    """The optional parameter that a server does not know, by its own words."""
    if status in (400, 403, 422) and "stream" in body and _NO_STREAM.search(told):
        return "stream"
    if status in (400, 422, 500) and _NO_SYSTEM.search(told) and body["messages"][0]["role"] == "system":
        return SYSTEM
    if status not in (400, 422) or _ABOUT_A_VALUE.search(told):
        return None
    return next((name for name in _OPTIONAL if name in body and name in told), None)


def problem_of(status: int, told: str, headers: httpx2.Headers) -> ProviderError:
    """The problem that a status and the words with it tell of."""
    about_the_model = "model" in told.lower() and ("not" in told.lower() or "unknown" in told.lower())
    if status in (401, 403):
        return ProviderError("auth", retryable=True)
    if status == 404:
        return ProviderError("model_unknown" if about_the_model else "unavailable", retryable=False)
    if status in (400, 413, 422):
        unknown = "model_not_found" in told or ("invalid model" in told.lower())
        return ProviderError("model_unknown" if unknown else "bad_request", retryable=False)
    wait = _retry_after(headers)
    if status == 429:  # counts as an outage: further calls would prolong it
        if "insufficient_quota" in told:
            wait = max(wait or 0.0, NO_CREDIT_WAIT)
        return ProviderError("rate_limited", retryable=True, retry_after=wait, outage=True)
    if status in (408, 504):
        return ProviderError("timeout", retryable=True, retry_after=wait, outage=True)
    again = status in (409, 425) or status >= 500
    loading = status == 503 and "loading" in told.lower()
    return ProviderError("unavailable", retryable=again, retry_after=wait, outage=status >= 500, loading=loading)


def _retry_after(headers: httpx2.Headers) -> float | None:
    """Seconds, from either form of the header; None without it."""
    text = headers.get("retry-after", "").strip()
    with contextlib.suppress(ValueError):
        return min(86_400.0, max(0.0, float(text)))
    with contextlib.suppress(ValueError, TypeError):
        when = parsedate_to_datetime(text)
        return min(86_400.0, max(0.0, (when - datetime.now(UTC)).total_seconds()))
    return None
