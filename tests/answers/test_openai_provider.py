"""The real provider against the scripted server, over real HTTP."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx2
import pytest
from answerback.answers.providers import PROVIDER_ERRORS, ProviderError
from answerback.answers.providers.calling import ModelAnswerer
from answerback.answers.providers.registry import dialect_of
from answerback.core.answering import AnswerRequest, Finished, Message, Passage, TextDelta, Usage

from tests.fakes.openai_server import OpenAIServer
from tests.services import free_port

pytestmark = pytest.mark.anyio
KEY = "sk-canary-0123456789"
TEXT = "The bakery opens at 7:30, 빵은 따뜻해요 🥐, and closes on Sundays."
PASSAGE = Passage("We open at 7:30. On Sundays we are closed.", "Hours", "http://site/bakery", "Bakery")
MESSAGES = (
    Message("system", "Answer from the passages."),
    Message("user", '<passage n="1" under="Hours">\nWe open at 7:30. On Sundays we are closed.\n</passage>'),
)


def asking(**fields: Any) -> AnswerRequest:
    values = {
        "messages": MESSAGES, "question": "When do you open?", "passages": (PASSAGE,), "lang": "en", "model": None,
        "max_tokens": 300, "answer_id": "answer-1",
    }  # fmt: skip
    return AnswerRequest(**(values | fields))


@pytest.fixture(scope="module")
def running() -> Iterator[OpenAIServer]:
    with OpenAIServer.start() as server:
        yield server


@pytest.fixture
def server(running: OpenAIServer) -> Iterator[OpenAIServer]:
    yield running
    running.reset()


@pytest.fixture
async def answerer(server: OpenAIServer) -> AsyncIterator[ModelAnswerer]:
    async with a_provider(server.base_url) as made:
        yield made


class a_provider:
    """A provider with short deadlines, closed at the end."""

    def __init__(self, url: str, **settings: Any) -> None:
        deadlines = {"first_token": 5.0, "gap": 5.0, "total": 20.0, "retry_pause": 0.001}
        named = {"api_key": KEY, "base_url": url, "model": "test-model"} | deadlines | settings
        self.made = ModelAnswerer(dialect_of("openai", url), **named)

    async def __aenter__(self) -> ModelAnswerer:
        return self.made

    async def __aexit__(self, *_: object) -> None:
        await self.made.close()


async def everything(answerer: ModelAnswerer, request: AnswerRequest | None = None) -> list[Any]:
    return [event async for event in answerer.stream(request or asking())]


async def until_it_fails(answerer: ModelAnswerer) -> tuple[list[Any], ProviderError]:
    events: list[Any] = []
    with pytest.raises(ProviderError) as caught:
        async for event in answerer.stream(asking()):
            events.append(event)
    assert caught.value.code in PROVIDER_ERRORS
    assert str(caught.value) == caught.value.code, "the provider's words stay inside"
    return events, caught.value


def text_of(events: list[Any]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def usage_of(events: list[Any]) -> Usage:
    return [event for event in events if isinstance(event, Usage)][-1]


async def test_an_answer_streams(server: OpenAIServer, answerer: ModelAnswerer) -> None:
    server.script({"text": TEXT})
    events = await everything(answerer)
    assert text_of(events) == TEXT
    assert len([event for event in events if isinstance(event, TextDelta)]) == -(-len(TEXT) // 4)
    assert events[-1] == Finished("stop")
    assert usage_of(events) == Usage(100, len(TEXT) // 4, None)


async def test_the_default_answer_cites_the_first_passage(server: OpenAIServer, answerer: ModelAnswerer) -> None:
    assert text_of(await everything(answerer)) == "The page says: We open at 7:30. [1]."


async def test_request_has_only_listed_parameters(
    server: OpenAIServer, answerer: ModelAnswerer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_ADMIN_KEY", "OPENAI_API_KEY", "HTTP_PROXY"):
        monkeypatch.setenv(name, "http://canary.invalid")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Canary: canary\nAuthorization: Bearer canary")
    await everything(answerer, asking(model="other-model"))
    sent = server.seen()["requests"][0]
    assert sent["body"] == {
        "model": "other-model", "max_tokens": 300, "stream": True, "stream_options": {"include_usage": True},
        "temperature": 0.2, "messages": [{"role": message.role, "content": message.content} for message in MESSAGES],
    }  # fmt: skip
    assert sent["headers"] == {
        "host": server.url.removeprefix("http://"), "accept": "application/json", "accept-encoding": "identity",
        "connection": "keep-alive", "content-type": "application/json", "user-agent": "Answerback",
        "content-length": sent["headers"]["content-length"], "idempotency-key": "answer-1-0",
        "authorization": f"Bearer {KEY}",
    }  # fmt: skip


async def test_without_a_key_none_is_sent(server: OpenAIServer) -> None:
    async with a_provider(server.base_url, api_key="") as answerer:
        await everything(answerer)
    assert "authorization" not in server.seen()["requests"][0]["headers"]


async def test_one_connection_serves_many_answers(server: OpenAIServer, answerer: ModelAnswerer) -> None:
    for _ in range(3):
        await everything(answerer)
    assert server.seen()["connections"] == 1


@pytest.mark.parametrize("usage", ["chunk", "final"])
async def test_usage_and_cost_are_reported(server: OpenAIServer, usage: str) -> None:
    server.script({"text": "x" * 400, "usage": usage})
    async with a_provider(server.base_url, model="gpt-5-mini-2025-08-07") as answerer:
        counted = usage_of(await everything(answerer))
    assert (counted.tokens_in, counted.tokens_out, counted.estimated) == (100, 100, False)
    assert counted.cost_usd == pytest.approx((60 * 0.25 + 40 * 0.025 + 100 * 2.0) / 1e6)


async def test_usage_that_never_comes_is_estimated(server: OpenAIServer, answerer: ModelAnswerer) -> None:
    server.script({"text": "x" * 400, "usage": "never"})
    counted = usage_of(await everything(answerer))
    assert counted.estimated
    assert counted.tokens_out == 101 and 20 < counted.tokens_in < 60


@pytest.mark.parametrize(
    ("finish", "reason"), [("length", "length"), ("content_filter", "content_filter"), ("eos", "stop")]
)
async def test_finish_reasons_are_told_apart(
    server: OpenAIServer, answerer: ModelAnswerer, finish: str, reason: str
) -> None:
    server.script({"text": TEXT, "finish": finish})
    assert (await everything(answerer))[-1] == Finished(reason)


async def test_a_refusal_is_withheld(server: OpenAIServer, answerer: ModelAnswerer) -> None:
    server.script({"mode": "raw", "chunks": [
        'data: {"choices":[{"delta":{"refusal":"I will not"},"finish_reason":null}]}\n\n',
        'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n',
    ]})  # fmt: skip
    events = await everything(answerer)
    assert text_of(events) == "" and events[-1] == Finished("content_filter")


async def test_crlf_frames_are_read(server: OpenAIServer, answerer: ModelAnswerer) -> None:
    server.script({"text": TEXT, "crlf": True})
    assert text_of(await everything(answerer)) == TEXT


async def test_a_whole_document_instead_of_a_stream(server: OpenAIServer, answerer: ModelAnswerer) -> None:
    server.script({"mode": "json", "text": TEXT})
    events = await everything(answerer)
    assert text_of(events) == TEXT and events[-1] == Finished("stop")
    assert usage_of(events).tokens_in == 100


async def test_rate_limits_are_waited_out(server: OpenAIServer, answerer: ModelAnswerer) -> None:
    busy = {"mode": "status", "status": 429, "retry_after": 0}
    server.script(busy, {"mode": "status", "status": 500}, {"text": TEXT})
    assert text_of(await everything(answerer)) == TEXT
    keys = [request["headers"]["idempotency-key"] for request in server.seen()["requests"]]
    assert keys == ["answer-1-0", "answer-1-1", "answer-1-2"]


async def test_a_long_wait_is_left_to_the_queue(server: OpenAIServer, answerer: ModelAnswerer) -> None:
    server.script(default={"mode": "status", "status": 429, "retry_after": 120})
    _, error = await until_it_fails(answerer)
    assert (error.code, error.retryable, error.started, error.retry_after) == ("rate_limited", True, False, 120)
    assert server.seen()["calls"] == 1


@pytest.mark.parametrize(
    ("status", "told", "code", "retryable", "calls"),
    [
        (401, "bad key", "auth", True, 1),
        (403, "not for you", "auth", True, 1),
        (404, "The model `x` does not exist", "model_unknown", False, 1),
        (404, "Not Found", "unavailable", False, 1),
        (400, "context too long", "bad_request", False, 1),
        (400, "max_tokens is too large", "bad_request", False, 1),
        (429, "insufficient_quota", "rate_limited", True, 1),
        (429, "slow down", "rate_limited", True, 3),
        (500, "oops", "unavailable", True, 3),
        (503, "overloaded", "unavailable", True, 3),
        (504, "gateway", "timeout", True, 3),
        (302, "elsewhere", "unavailable", False, 1),
    ],
)
async def test_error_statuses_become_provider_errors(
    server: OpenAIServer, answerer: ModelAnswerer, status: int, told: str, code: str, retryable: bool, calls: int
) -> None:
    server.script(default={"mode": "status", "status": status, "body": {"error": {"message": told}}})
    events, error = await until_it_fails(answerer)
    assert (events, error.code, error.retryable, error.started) == ([], code, retryable, False)
    assert error.outage is (status == 429 or status >= 500), "what is not the question's fault, nor the settings'"
    assert server.seen()["calls"] == calls


@pytest.mark.parametrize(
    ("step", "code"),
    [
        ({"mode": "cut"}, "cut"),
        ({"mode": "early_end"}, "cut"),
        ({"mode": "malformed"}, "malformed"),
        ({"mode": "error_frame"}, "unavailable"),
        ({"mode": "error_frame", "error": {"code": "rate_limit_exceeded"}}, "rate_limited"),
        ({"mode": "error_frame", "error": "words"}, "unavailable"),
    ],
)
@pytest.mark.parametrize("after", [0, 3])
async def test_broken_streams_are_provider_errors(
    server: OpenAIServer, answerer: ModelAnswerer, step: dict[str, Any], code: str, after: int
) -> None:
    server.script(default={**step, "text": TEXT, "after": after})
    events, error = await until_it_fails(answerer)
    assert text_of(events) == TEXT[: 4 * after]
    assert (error.code, error.started, error.retryable) == (code, after > 0, after == 0)
    assert error.outage is (after == 0 and step["mode"] in ("cut", "error_frame"))
    assert server.seen()["calls"] == (3 if error.outage else 1), "never called again once a model has read the question"


async def test_unreachable_server_is_a_provider_error() -> None:
    async with a_provider(f"http://127.0.0.1:{free_port()}/v1") as answerer:
        _, error = await until_it_fails(answerer)
    assert (error.code, error.retryable, error.started) == ("unavailable", True, False)


async def test_a_slow_first_token_times_out(server: OpenAIServer) -> None:
    server.script(default={"gate": "never"})
    async with a_provider(server.base_url, first_token=0.05) as answerer:
        _, error = await until_it_fails(answerer)
    assert (error.code, error.retryable, error.started) == ("timeout", True, False)


async def test_a_slow_first_token_may_come_in_time(server: OpenAIServer, answerer: ModelAnswerer) -> None:
    server.script({"gate": "first", "text": TEXT})
    answer = asyncio.create_task(everything(answerer))
    await running_calls(server, 1)
    await asyncio.to_thread(server.release, "first")
    assert text_of(await answer) == TEXT


async def test_silence_in_the_middle_is_a_stall(server: OpenAIServer) -> None:
    server.script({"mode": "stall", "text": TEXT})
    async with a_provider(server.base_url, gap=0.1) as answerer:
        events, error = await until_it_fails(answerer)
    assert text_of(events) == TEXT[:12]
    assert (error.code, error.retryable, error.started) == ("stalled", False, True)
    await running_calls(server, 0)
    assert server.seen()["requests"][0]["state"] == "cut"


@pytest.mark.parametrize(
    ("url", "seconds"),
    [
        (None, 20),
        ("https://models.example/v1", 20),
        ("https://8.8.8.8/v1", 20),
        ("http://localhost:11434/v1", 120),
        ("http://[::1]:1/v1", 120),
        ("http://host.docker.internal:11434/v1", 120),
        ("http://ollama:11434/v1", 120),
        ("http://192.168.0.7/v1", 120),
    ],
)
async def test_local_model_has_longer_to_begin(url: str | None, seconds: float) -> None:
    made = ModelAnswerer(dialect_of("openai", url or ""), api_key="x", base_url=url, model="m")
    assert made.patience[0] == seconds


async def test_comments_do_not_keep_a_silent_answer_alive(server: OpenAIServer) -> None:
    server.script(default={"mode": "raw", "chunks": [": still here\n\n"] * 50})
    async with a_provider(server.base_url) as answerer:
        _, error = await until_it_fails(answerer)
    assert error.code == "cut"


async def test_answer_has_a_deadline(server: OpenAIServer) -> None:
    server.script({"text": "x" * 4_000, "delay": 0.02})
    async with a_provider(server.base_url, total=0.3) as answerer:
        events, error = await until_it_fails(answerer)
    assert (error.code, error.started) == ("timeout", True)
    assert usage_of(events).estimated


async def test_leaving_ends_the_call(server: OpenAIServer, answerer: ModelAnswerer) -> None:
    server.script({"mode": "stall", "text": TEXT, "after": 1})
    stream = answerer.stream(asking())
    assert isinstance(await anext(stream), Usage), "what is stopped now has cost something"
    assert await anext(stream) == TextDelta(TEXT[:4])
    await stream.aclose()  # type: ignore[attr-defined]  # an async generator
    await running_calls(server, 0)
    assert server.seen()["requests"][0]["state"] == "cut"


@pytest.mark.parametrize("after", [0, 2])
async def test_cancelling_ends_the_call(server: OpenAIServer, answerer: ModelAnswerer, after: int) -> None:
    server.script({"mode": "stall", "text": TEXT, "after": after})
    answer = asyncio.create_task(everything(answerer))
    await running_calls(server, 1)
    answer.cancel()
    with pytest.raises(asyncio.CancelledError):
        await answer
    await running_calls(server, 0)
    assert server.seen()["requests"][0]["state"] == "cut"


async def test_parameters_a_server_refuses_are_left_out_from_then_on(
    server: OpenAIServer, answerer: ModelAnswerer
) -> None:
    server.script(rejects=["max_tokens", "stream_options", "temperature"], default={"text": TEXT})
    assert text_of(await everything(answerer)) == TEXT
    assert text_of(await everything(answerer)) == TEXT
    bodies = [request["body"] for request in server.seen()["requests"]]
    assert len(bodies) == 5, "each is tried once"
    for body in bodies[3:]:
        assert body["max_completion_tokens"] == 300
        assert body.keys().isdisjoint(("max_tokens", "stream_options", "temperature"))


async def test_thinking_model_keeps_its_own_temperature(server: OpenAIServer, answerer: ModelAnswerer) -> None:
    await everything(answerer, asking(model="qwen3-8b"))
    assert "temperature" not in server.seen()["requests"][0]["body"]


@pytest.mark.parametrize(
    ("model", "effort"), [("gpt-5-mini", "minimal"), ("gpt-5.4-nano", "none"), ("gpt-4.1-mini", None)]
)
async def test_openai_parameters_go_to_openai_only(model: str, effort: str | None) -> None:
    async with a_provider("https://api.openai.com/v1", model=model) as answerer:
        body = answerer.body_of(asking())
    assert body["max_completion_tokens"] == 300 and "max_tokens" not in body
    assert body["store"] is False and len(body["prompt_cache_key"]) == 32
    assert body.get("reasoning_effort") == effort
    assert "tools" not in body


async def test_thinking_is_not_part_of_the_answer(server: OpenAIServer, answerer: ModelAnswerer) -> None:
    for size in (1, 3, 50):
        server.script({"text": f"\n<think>Well < then.\nHm.</think>\n\n{TEXT}", "size": size})
        assert text_of(await everything(answerer)) == TEXT
    server.script({"text": "<thanks for asking", "size": 1})
    assert text_of(await everything(answerer)) == "<thanks for asking"


async def test_secrets_stay_out_of_the_log(
    server: OpenAIServer, answerer: ModelAnswerer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.script({"mode": "status", "status": 401, "body": {"error": {"message": f"Incorrect key {KEY}"}}})
    await until_it_fails(answerer)
    assert "auth: the key is refused; check OPENAI_API_KEY" in caplog.text
    assert [record.status for record in caplog.records if record.name.endswith("watching")] == [401]  # type: ignore[attr-defined]  # of its `extra`
    assert KEY not in caplog.text and "Incorrect key" not in caplog.text


async def test_fifty_answers_stream_at_once(server: OpenAIServer, answerer: ModelAnswerer) -> None:
    server.script(default={"text": TEXT, "gate": "all"})
    answers = [asyncio.create_task(everything(answerer, asking(answer_id=str(number)))) for number in range(50)]
    await running_calls(server, 50)
    await asyncio.to_thread(server.release, "all")
    assert {text_of(events) for events in await asyncio.gather(*answers)} == {TEXT}


async def running_calls(server: OpenAIServer, wanted: int) -> None:
    """Wait until that many calls are being answered (and there has been one)."""
    async with asyncio.timeout(10), httpx2.AsyncClient() as client:
        while True:
            seen = (await client.get(server.url + "/control/requests")).json()
            if seen["calls"] and seen["running"] == wanted:
                return
