"""Models that think, asked in each dialect: as little as they take, with room for it where they do."""

from __future__ import annotations

from typing import Any

import pytest
from answerback.answers.providers import ProviderError
from answerback.core.answering import Finished, Usage

from tests.answers.test_dialects import SAID, made, serving
from tests.answers.test_openai_provider import asking, everything, text_of

pytestmark = pytest.mark.anyio


def refused(message: str) -> tuple[int, dict[str, Any]]:
    return 400, {"error": {"type": "invalid_request_error", "message": message}}


LADDERS = [
    ("anthropic", "claude-haiku-4-5", [(None, 250)]),
    (
        "anthropic",
        "claude-opus-5-5",
        [({"thinking": {"type": "disabled"}}, 250), ({"output_config": {"effort": "low"}}, 2_250), (None, 2_250)],
    ),
    ("gemini", "gemini-2.5-flash", [({"thinkingConfig": {"thinkingBudget": 0}}, 250), (None, 2_250)]),
    ("gemini", "gemini-2.5-pro", [({"thinkingConfig": {"thinkingBudget": 128}}, 2_250), (None, 2_250)]),
    (
        "gemini",
        "gemini-3.5-flash",
        [
            ({"thinkingConfig": {"thinkingLevel": "minimal"}}, 2_250),
            ({"thinkingConfig": {"thinkingLevel": "low"}}, 2_250),
        ],
    ),
    (
        "responses",
        "gpt-5-mini",
        [({"reasoning": {"effort": "minimal"}}, 250), ({"reasoning": {"effort": "low"}}, 2_250)],
    ),
    ("responses", "gpt-4.1-mini", [(None, 250)]),
    ("azure", "o4-mini", [({"reasoning_effort": "low"}, 2_250), (None, 2_250)]),
]
LIMITS = {"anthropic": "max_tokens", "responses": "max_output_tokens", "azure": "max_completion_tokens"}


@pytest.mark.parametrize(("name", "model", "steps"), LADDERS)
async def test_each_refusal_asks_for_the_next_step(name: str, model: str, steps: list[tuple[Any, int]]) -> None:
    first = [refused("thinking is not supported in this way")] * (len(steps) - 1)
    async with serving(*SAID[name], first=first) as server:
        answerer = made(name, server.url, model)
        for _ in range(2):  # what was learnt is kept
            assert text_of(await everything(answerer, asking(max_tokens=250))) == "Open at 7:30."
        await answerer.close()
    bodies = [body.get("generationConfig", body) for _, _, body in server.asked]
    names = {name for effort, _ in steps for name in effort or ()}
    asked = [({name: body[name] for name in names if name in body} or None) for body in bodies]
    last = steps[-1]
    assert asked == [effort for effort, _ in [*steps, last]]
    limit = LIMITS.get(name, "maxOutputTokens")
    assert [body[limit] for body in bodies][: len(steps)] == [tokens for _, tokens in steps]


CUT = {
    "anthropic": [
        {"type": "message_start", "message": {"usage": {"input_tokens": 100, "output_tokens": 1}}},
        {"type": "content_block_start", "content_block": {"type": "thinking", "thinking": ""}},
        {"type": "message_delta", "delta": {"stop_reason": "max_tokens"}, "usage": {"output_tokens": 250}},
    ],
    "gemini": [
        {
            "candidates": [{"finishReason": "MAX_TOKENS"}],
            "usageMetadata": {"promptTokenCount": 100, "thoughtsTokenCount": 250},
        }
    ],
    "responses": [
        {"type": "response.output_item.added", "item": {"type": "reasoning"}},
        {
            "type": "response.incomplete",
            "response": {
                "incomplete_details": {"reason": "max_output_tokens"},
                "usage": {"input_tokens": 100, "output_tokens": 250},
            },
        },
    ],
    "azure": [
        {"choices": [{"delta": {}, "finish_reason": "length"}]},
        {"choices": [], "usage": {"prompt_tokens": 100, "completion_tokens": 250}},
        "[DONE]",
    ],
}


@pytest.mark.parametrize("name", sorted(CUT))
async def test_what_thoughts_have_used_up_is_paid_and_asked_once_more(name: str) -> None:
    async with serving(*CUT[name]) as server:
        answerer = made(name, server.url)
        events = await everything(answerer, asking(max_tokens=250))
        await answerer.close()
    assert events[-1] == Finished("length")
    assert len(server.asked) == 2 and server.asked[0][2] != server.asked[1][2], "never unchanged"
    usage = [event for event in events if isinstance(event, Usage)][-1]
    assert (usage.tokens_in, usage.tokens_out) == (200, 500)


async def test_responses_may_come_whole() -> None:
    whole = {
        "object": "response", "status": "completed", "usage": {"input_tokens": 100, "output_tokens": 10},
        "output": [
            {"type": "reasoning", "summary": []},
            {"type": "message", "content": [{"type": "output_text", "text": "Open at 7:30."}]},
        ],
    }  # fmt: skip
    first = [refused("Your organization must be verified to stream this model."), (200, whole)]
    async with serving(first=first) as server:
        answerer = made("responses", server.url)
        events = await everything(answerer)
        await answerer.close()
    assert text_of(events) == "Open at 7:30." and events[-1] == Finished("stop")
    assert [body.get("stream") for _, _, body in server.asked] == [True, None]


@pytest.mark.parametrize(
    ("name", "status", "told", "code", "wait"),
    [
        ("anthropic", 400, {"message": "Your credit balance is too low to access the API."}, "rate_limited", 600),
        ("azure", 402, {"message": "Insufficient Balance"}, "rate_limited", 600),
        ("gemini", 400, {"message": "API key not valid. Please pass a valid API key."}, "auth", None),
        (
            "gemini",
            429,
            {
                "message": "You exceeded your current quota, please check your plan and billing.",
                "details": [{"retryDelay": "34s"}],
            },
            "rate_limited",
            34,
        ),
        ("responses", 429, {"code": "insufficient_quota"}, "rate_limited", 600),
    ],
)
async def test_money_and_keys_are_told_apart(name: str, status: int, told: Any, code: str, wait: float | None) -> None:
    async with serving({"error": told}, status=status) as server:
        answerer = made(name, server.url)
        with pytest.raises(ProviderError) as caught:
            await everything(answerer)
        await answerer.close()
    assert (caught.value.code, caught.value.retry_after) == (code, wait)
    assert caught.value.retryable and len(server.asked) == 1
