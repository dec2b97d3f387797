"""Providers that speak something else than Chat Completions, each against a server that speaks it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from answerback.answers.providers import ProviderError
from answerback.answers.providers.calling import ModelAnswerer
from answerback.answers.providers.prices import Price
from answerback.answers.providers.registry import DIALECTS
from answerback.core.answering import Finished, Usage

from tests.answers.test_openai_provider import KEY, asking, everything, text_of

pytestmark = pytest.mark.anyio
PRICES = {"m": Price(1.0, 0.5, 2.0)}


@dataclass
class Scripted:
    """Answers each call with the same frames, or with a status, and keeps what was asked; with `first` before that."""

    frames: Sequence[Any] = ()
    status: int = 200
    first: list[tuple[int, Any]] = field(default_factory=list)
    url: str = ""
    asked: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        first, *lines = head.strip().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        body = json.loads(await reader.readexactly(int(headers["content-length"])))
        self.asked.append((first.split()[1], headers, body))
        status, document = self.first.pop(0) if self.first else (self.status, None)
        if status != 200:
            document = document or self.frames[0]
        kind = "text/event-stream" if document is None else "application/json"
        data = json.dumps(document).encode() if document else b"".join(
            f"event: x\ndata: {frame if type(frame) is str else json.dumps(frame)}\n\n".encode()
            for frame in self.frames
        )  # fmt: skip
        writer.write(
            f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {len(data)}\r\n\r\n".encode() + data
        )
        await writer.drain()
        writer.close()


@asynccontextmanager
async def serving(*frames: Any, status: int = 200, first: Sequence[tuple[int, Any]] = ()) -> AsyncIterator[Scripted]:
    scripted = Scripted(frames, status, list(first))
    server = await asyncio.start_server(scripted.serve, "127.0.0.1", 0)
    scripted.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield scripted


def made(name: str, url: str, model: str = "m") -> ModelAnswerer:
    return ModelAnswerer(DIALECTS[name], api_key=KEY, base_url=url, model=model, prices=PRICES, retry_pause=0.001)


SAID = {
    "anthropic": [
        {
            "type": "message_start",
            "message": {"usage": {"input_tokens": 40, "cache_read_input_tokens": 60, "output_tokens": 1}},
        },
        {"type": "ping"},
        {"type": "content_block_delta", "delta": {"type": "thinking_delta", "thinking": "Hm."}},
        {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "Open at "}},
        {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "7:30."}},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 10}},
        {"type": "message_stop"},
    ],
    "gemini": [
        {"candidates": [{"content": {"parts": [{"text": "Hm.", "thought": True}, {"text": "Open at "}]}}]},
        {
            "candidates": [{"content": {"parts": [{"text": "7:30."}]}, "finishReason": "STOP"}],
            "usageMetadata": {
                "promptTokenCount": 100, "candidatesTokenCount": 8, "thoughtsTokenCount": 2,
                "cachedContentTokenCount": 60,
            },
        },
    ],
    "responses": [
        {"type": "response.created", "response": {}},
        {"type": "response.reasoning_summary_text.delta", "delta": "Hm."},
        {"type": "response.output_text.delta", "delta": "Open at "},
        {"type": "response.output_text.delta", "delta": "7:30."},
        {
            "type": "response.completed",
            "response": {
                "usage": {"input_tokens": 100, "output_tokens": 10, "input_tokens_details": {"cached_tokens": 60}}
            },
        },
    ],
    "azure": [
        {"choices": [], "prompt_filter_results": []},
        {"choices": [{"delta": {"content": "Open at "}}]},
        {"choices": [{"delta": {"content": "7:30."}, "finish_reason": "stop"}]},
        {
            "choices": [],
            "usage": {"prompt_tokens": 100, "completion_tokens": 10, "prompt_tokens_details": {"cached_tokens": 60}},
        },
        "[DONE]",
    ],
}  # fmt: skip
CUT = {
    "anthropic": {"type": "message_delta", "delta": {"stop_reason": "max_tokens"}},
    "gemini": {"candidates": [{"finishReason": "MAX_TOKENS"}]},
    "responses": {"type": "response.incomplete", "response": {"incomplete_details": {"reason": "max_output_tokens"}}},
    "azure": {"choices": [{"delta": {}, "finish_reason": "length"}]},
}
WITHHELD = {
    "anthropic": {"type": "message_delta", "delta": {"stop_reason": "refusal"}},
    "gemini": {"promptFeedback": {"blockReason": "SAFETY"}},
    "responses": {"type": "response.incomplete", "response": {"incomplete_details": {"reason": "content_filter"}}},
    "azure": {"choices": [{"delta": {}, "finish_reason": "content_filter"}]},
}
PLACES = {
    "anthropic": ("/v1/messages", "x-api-key", KEY),
    "gemini": ("/v1beta/models/m:streamGenerateContent?alt=sse", "x-goog-api-key", KEY),
    "responses": ("/responses", "authorization", f"Bearer {KEY}"),
    "azure": ("/openai/v1/chat/completions", "api-key", KEY),
}
EACH = pytest.mark.parametrize("name", sorted(PLACES))


@EACH
async def test_answer_comes_with_its_cost(name: str) -> None:
    async with serving(*SAID[name]) as server:
        answerer = made(name, server.url)
        events = await everything(answerer)
        await answerer.close()
    assert text_of(events) == "Open at 7:30." and events[-1] == Finished("stop")
    usage = [event for event in events if isinstance(event, Usage)][-1]
    assert (usage.tokens_in, usage.tokens_out) == (100, 10)
    assert usage.cost_usd == pytest.approx((40 * 1.0 + 60 * 0.5 + 10 * 2.0) / 1_000_000)


@EACH
async def test_request_is_in_the_servers_own_words(name: str) -> None:
    async with serving(*SAID[name]) as server:
        answerer = made(name, server.url)
        await everything(answerer, asking(max_tokens=250))
        await answerer.close()
    [(path, headers, body)] = server.asked
    where, header, value = PLACES[name]
    assert (path, headers[header]) == (where, value)
    assert "Answer from the passages." in str(body) and "We open at 7:30." in str(body) and "250" in str(body)
    assert "tools" not in body


@EACH
@pytest.mark.parametrize(("ends", "reason"), [(CUT, "length"), (WITHHELD, "content_filter")])
async def test_other_ends_are_told_apart(name: str, ends: dict[str, Any], reason: str) -> None:
    async with serving(ends[name]) as server:
        answerer = made(name, server.url)
        events = await everything(answerer)
        await answerer.close()
    assert events[-1] == Finished(reason)


@EACH
@pytest.mark.parametrize(
    ("status", "code"), [(401, "auth"), (429, "rate_limited"), (529, "unavailable"), (400, "bad_request")]
)
async def test_refusals_have_our_codes(name: str, status: int, code: str) -> None:
    async with serving({"error": {"type": "x", "message": "no"}}, status=status) as server:
        answerer = made(name, server.url)
        with pytest.raises(ProviderError) as caught:
            await everything(answerer)
        await answerer.close()
    assert caught.value.code == code


@EACH
async def test_stream_that_ends_early_is_cut(name: str) -> None:
    async with serving(*SAID[name][: len(SAID[name]) // 2]) as server:
        answerer = made(name, server.url)
        with pytest.raises(ProviderError) as caught:
            await everything(answerer)
        await answerer.close()
    assert caught.value.code == "cut"


@pytest.mark.parametrize(
    ("name", "frame"),
    [
        ("anthropic", {"type": "error", "error": {"type": "overloaded_error"}}),
        ("gemini", {"error": {"code": 503, "status": "UNAVAILABLE"}}),
        ("responses", {"type": "response.failed", "response": {"error": {"code": "server_error"}}}),
    ],
)
async def test_error_within_a_stream_is_an_outage(name: str, frame: Any) -> None:
    async with serving(frame) as server:
        answerer = made(name, server.url)
        with pytest.raises(ProviderError) as caught:
            await everything(answerer)
        await answerer.close()
    assert caught.value.code == "unavailable"
