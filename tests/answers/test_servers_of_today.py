"""What thinking models and compatible servers leave out or add, against a scripted one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from answerback.answers.providers import ProviderError
from answerback.answers.providers.limits import read_limits
from answerback.answers.providers.prices import PRICES, Price, price_of
from answerback.core.answering import Finished
from answerback.core.grounding.review import review

from tests.answers.test_openai_provider import PASSAGE, TEXT, a_provider, asking, everything, text_of, usage_of
from tests.fakes.openai_server import OpenAIServer

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def running() -> Iterator[OpenAIServer]:
    with OpenAIServer.start() as server:
        yield server


@pytest.fixture
def server(running: OpenAIServer) -> Iterator[OpenAIServer]:
    yield running
    running.reset()


def frame(**delta: Any) -> str:
    return f"data: {json.dumps({'choices': [{'delta': delta, 'finish_reason': ''}]})}\n\n"


def status(code: int, message: str) -> dict[str, Any]:
    return {"mode": "status", "status": code, "body": {"error": {"message": message}}}


async def said(server: OpenAIServer, *steps: Any, **settings: Any) -> str:
    server.script(*steps)
    async with a_provider(server.base_url, **settings) as answerer:
        return text_of(await everything(answerer))


@pytest.mark.parametrize(
    ("model", "effort"),
    [
        ("openai/gpt-5-mini", "minimal"), ("openai/gpt-5.6-mini", "none"), ("gpt-oss:20b", "low"), ("qwen3:8b", "none"),
        ("deepseek-r1", "none"), ("gpt-4.1-mini", None), ("llama-3.3-70b", None), ("qwen3-4b-instruct", None),
    ],
)  # fmt: skip
async def test_models_that_think_are_asked_to_think_little(model: str, effort: str | None) -> None:
    async with a_provider("http://127.0.0.1:9/v1", model=model) as answerer:
        body = answerer.body_of(asking())
    assert body.get("reasoning_effort") == effort
    assert body["max_tokens"] == (2_300 if effort == "low" else 300), "thoughts have their own allowance"


@pytest.mark.parametrize(("model", "effort"), [("gpt-5.6-mini", "none"), ("o4-mini", "low")])
async def test_openai_itself_is_asked_by_its_own_names(model: str, effort: str) -> None:
    async with a_provider("https://api.openai.com/v1", model=model) as answerer:
        assert answerer.body_of(asking())["reasoning_effort"] == effort


async def test_a_model_that_has_thought_is_given_room_for_it(server: OpenAIServer) -> None:
    raw = {"mode": "raw", "chunks": [frame(reasoning_content="Hm."), frame(content="Open."), "data: [DONE]\n\n"]}
    server.script(raw, raw)
    async with a_provider(server.base_url) as answerer:
        await everything(answerer)
        await everything(answerer)
    first, second = (request["body"] for request in server.seen()["requests"])
    assert (first["max_tokens"], second["max_tokens"]) == (300, 2_300)
    assert "reasoning_effort" not in first and second["reasoning_effort"] == "none"


async def test_less_effort_than_a_server_takes_is_asked_for_once(server: OpenAIServer) -> None:
    refused = status(400, "Unsupported value: 'reasoning_effort' does not support 'none' with this model.")
    server.script(refused, {"text": TEXT}, {"text": TEXT})
    async with a_provider(server.base_url, model="openai/gpt-5.6") as answerer:
        assert text_of(await everything(answerer)) == TEXT
        assert text_of(await everything(answerer)) == TEXT
    asked = [request["body"]["reasoning_effort"] for request in server.seen()["requests"]]
    assert asked == ["none", "minimal", "minimal"]


async def test_thoughts_take_nothing_from_the_answer(server: OpenAIServer) -> None:
    thoughts = frame(reasoning_content="x" * 3_000)
    raw = {"mode": "raw", "chunks": [thoughts, frame(content="Open at 7:30."), "data: [DONE]\n\n"]}
    assert await said(server, raw) == "Open at 7:30."


async def test_an_end_without_its_reason_is_an_end(server: OpenAIServer) -> None:
    assert await said(server, {"mode": "raw", "chunks": [frame(content="Open."), "data: [DONE]\n\n"]}) == "Open."


async def test_half_a_character_waits_for_its_other_half(server: OpenAIServer) -> None:
    halves = [frame(content="Open \ud83e"), frame(content="\udd50."), "data: [DONE]\n\n"]
    assert await said(server, {"mode": "raw", "chunks": halves}) == "Open 🥐."


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        ("<thinking>", "</thinking>"), ("<thought>", "</thought>"), ("[THINK]", "[/THINK]"),
        ("<|channel|>analysis<|message|>", "<|end|><|start|>assistant<|channel|>final<|message|>"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("size", [1, 7, 500])
async def test_thoughts_in_other_marks_are_left_out(server: OpenAIServer, begin: str, end: str, size: int) -> None:
    assert await said(server, {"text": f"{begin}Well, hm.{end}{TEXT}", "size": size}) == TEXT


def test_thoughts_without_a_beginning_are_taken_out_at_last() -> None:
    assert review("Well, 9:00 maybe.\n</think>\n\nWe open at 7:30.", "When?", [PASSAGE]).text == "We open at 7:30."


async def test_rules_go_along_where_there_is_no_system_role(server: OpenAIServer) -> None:
    assert await said(server, status(400, "System role not supported"), {"text": TEXT}) == TEXT
    [message] = server.seen()["requests"][-1]["body"]["messages"]
    assert message["role"] == "user" and message["content"].startswith("Answer from the passages.")


async def test_whoever_may_not_stream_gets_the_whole(server: OpenAIServer) -> None:
    refused = status(400, "Your organization must be verified to stream this model.")
    assert await said(server, refused, {"mode": "json", "text": TEXT}) == TEXT
    body = server.seen()["requests"][-1]["body"]
    assert "stream" not in body and "stream_options" not in body


async def test_a_model_that_loads_is_waited_for(server: OpenAIServer) -> None:
    with pytest.raises(ProviderError) as caught:
        async with a_provider(server.base_url, total=1.0, retry_pause=1.0) as answerer:
            server.script(default=status(503, "Loading model"))
            await everything(answerer)
    assert caught.value.loading and caught.value.retryable


async def test_a_model_that_has_loaded_answers(server: OpenAIServer) -> None:
    assert await said(server, *[status(503, "Loading model")] * 9, {"text": TEXT}) == TEXT
    keys = {request["headers"]["idempotency-key"] for request in server.seen()["requests"]}
    assert len(keys) == 10


async def test_comments_are_a_sign_of_life(server: OpenAIServer) -> None:
    """OpenRouter and proxies send them while a model reads: longer than a silent one is waited for."""
    chunks = [": still here\n\n"] * 8 + [frame(content=TEXT), "data: [DONE]\n\n"]
    raw = {"mode": "raw", "delay": 0.05, "chunks": chunks}
    assert await said(server, raw, first_token=0.25, gap=0.25) == TEXT


async def test_a_slow_model_is_not_asked_a_second_time(server: OpenAIServer) -> None:
    """Where there is no time left to wait for it again."""
    server.script(default={"gate": "never"})
    async with a_provider(server.base_url, first_token=0.2, total=0.3) as answerer:
        with pytest.raises(ProviderError) as caught:
            await everything(answerer)
    assert (caught.value.code, server.seen()["calls"]) == ("timeout", 1)


async def test_a_short_key_breaks_no_error(server: OpenAIServer) -> None:
    server.script(default=status(404, "the model does not exist"))
    with pytest.raises(ProviderError) as caught:
        async with a_provider(server.base_url, api_key="e") as answerer:
            await everything(answerer)
    assert caught.value.code == "model_unknown"


def test_prices_hold_for_what_begins_so() -> None:
    prices = {**PRICES, "mine-*": Price(1, 1, 1), "mine-large-*": Price(2, 2, 2)}
    assert price_of(prices, "openai/gpt-5-mini-2025-08-07") == PRICES["gpt-5-mini"]
    assert price_of(prices, "gpt-5-mini:free") == PRICES["gpt-5-mini"]
    assert price_of(prices, "mine-large-7") == Price(2, 2, 2) and price_of(prices, "mine-1") == Price(1, 1, 1)
    assert price_of(prices, "gpt-5-something") is None


async def test_length_without_text_is_asked_for_once_more(server: OpenAIServer) -> None:
    server.script(default={"mode": "wordless", "finish": "length"})
    async with a_provider(server.base_url) as answerer:
        events = await everything(answerer)
        first, second = (request["body"] for request in server.seen()["requests"])
        assert events[-1] == Finished("length") and not text_of(events)
        assert usage_of(events).tokens_in == 200, "both are paid"
        assert (first["max_tokens"], second["max_tokens"]) == (300, 2_300) and "reasoning_effort" in second
        await everything(answerer)
    assert server.seen()["calls"] == 3, "never again with the same words"


async def test_thoughts_in_the_text_take_nothing_from_the_answer(server: OpenAIServer) -> None:
    assert await said(server, {"text": f"<think>{'x' * 3_000}</think>{TEXT}", "size": 100}) == TEXT


async def test_thoughts_without_a_beginning_are_held_back_next(server: OpenAIServer) -> None:
    server.script(default={"text": f"Hm, 9:00?\n</think>\n\n{TEXT}", "size": 5})
    async with a_provider(server.base_url) as answerer:
        assert "</think>" in text_of(await everything(answerer)), "which nobody could know"
        assert text_of(await everything(answerer)) == TEXT
        server.script(default={"text": TEXT})
        assert text_of(await everything(answerer)) == TEXT, "nothing is lost where it does not think"


async def test_each_model_has_the_patience_it_is_given(server: OpenAIServer) -> None:
    server.script(default={"mode": "stall", "after": 0})
    limits = read_limits("slow=60/60/100, *=1/1/800")
    async with a_provider(server.base_url, limits=limits, first_token=50.0) as answerer:
        with pytest.raises(ProviderError) as caught:
            await everything(answerer)
    assert caught.value.code == "timeout" and limits["slow"] == (60, 60, 100)
