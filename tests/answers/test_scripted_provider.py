"""The scripted provider does what its script says."""

from __future__ import annotations

import asyncio

import pytest
from answerback.answers.providers import Answerer, ProviderError
from answerback.answers.providers.fake import HELLO, ScriptedAnswerer
from answerback.core.answering import AnswerRequest, Finished, Message, TextDelta

pytestmark = pytest.mark.anyio
REQUEST = AnswerRequest((Message("user", "When?"),), "When?", (), "en", None, 100, "answer-1")


async def test_scripts_are_taken_in_turn() -> None:
    answerer = ScriptedAnswerer([TextDelta("a"), Finished("stop")])
    answerer.script(ProviderError("rate_limited", retryable=True))
    as_seam: Answerer = answerer
    assert [event async for event in as_seam.stream(REQUEST)] == [TextDelta("a"), Finished("stop")]
    with pytest.raises(ProviderError, match="rate_limited"):
        await anext(as_seam.stream(REQUEST))
    assert tuple([event async for event in as_seam.stream(REQUEST)]) == HELLO
    assert len(answerer.requests) == 3 and answerer.left == 0


async def test_script_waits_at_gates_and_sees_cancellation() -> None:
    gate = asyncio.Event()
    answerer = ScriptedAnswerer([TextDelta("a"), gate, TextDelta("b")], [gate, TextDelta("b")])
    stream = answerer.stream(REQUEST)
    assert await anext(stream) == TextDelta("a")
    waiting = asyncio.ensure_future(anext(stream))
    other = asyncio.ensure_future(anext(answerer.stream(REQUEST)))
    await asyncio.sleep(0)
    assert answerer.running == answerer.most_at_once == 2
    waiting.cancel()
    gate.set()
    assert await other == TextDelta("b")
    assert answerer.left == 1
