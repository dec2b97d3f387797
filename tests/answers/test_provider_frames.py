"""Where the network cuts a stream makes no difference to the answer."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any

import pytest
from answerback.answers.providers import ProviderError
from answerback.answers.providers.calling import ModelAnswerer
from answerback.answers.providers.openai import COMPATIBLE
from answerback.answers.providers.prices import PRICES, cost
from answerback.answers.providers.sse import LONGEST_FRAME, AnswerReader, SseDecoder, ThinkTagFilter
from answerback.core.answering import AnswerRequest, Finished, Message, TextDelta, Usage
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.openai_server import OpenAIServer

TEXT = "Um 7:30 öffnet die Bäckerei 🥐, 일요일에는 쉬어요.\r\nNicht am Montag."
REQUEST = AnswerRequest((Message("user", "When?"),), "When?", (), "en", None, 100, "answer-1")
LINE_ENDS = st.sampled_from(["\n", "\r\n", "\r"])


def stream_of(text: str, end: str = "\n", size: int = 5) -> bytes:
    """A stream as the many servers write it: raw UTF-8, comments, ids, event names, usage in the last chunk."""
    lines = [": begin", "", ":", "id: 1", 'data:{"choices":[{"delta":{"role":"assistant","content":""}}]}', ""]
    for at in range(0, len(text), size):
        chunk = {"choices": [{"delta": {"content": text[at : at + size]}, "finish_reason": None}]}
        lines += ["event: message", "data: " + json.dumps(chunk, ensure_ascii=at % 2 == 0), ""]
    lines += ['data: {"choices":[{"delta":{},"finish_reason":"stop"}]}', "", ": soon over", ""]
    lines += ['data: {"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":9}}', "", "data: [DONE]", "", ""]
    return end.join(lines).encode()


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    places = [0, *sorted({cut % len(data) for cut in cuts}), len(data)]
    return [data[begin:end] for begin, end in itertools.pairwise(places)]


def read(chunks: list[bytes]) -> list[Any]:
    frames, reader = SseDecoder(), AnswerReader(REQUEST, "test-model", PRICES)
    events: list[Any] = []
    for data in [data for chunk in chunks for data in frames.feed(chunk)] + frames.end():
        if data != b"[DONE]":
            events += reader.read(data)
    return [*events, *reader.ending()]


@given(st.lists(st.integers(min_value=0)), LINE_ENDS)
def test_frames_may_be_cut_anywhere(cuts: list[int], end: str) -> None:
    data = stream_of(TEXT, end)
    events = read(pieces(data, cuts))
    assert events == read([data])
    assert "".join(event.text for event in events if isinstance(event, TextDelta)) == TEXT
    assert events[-2:] == [Usage(7, 9, None), Finished("stop")]


@given(st.lists(st.integers(min_value=0)), LINE_ENDS)
def test_frames_may_come_byte_by_byte(cuts: list[int], end: str) -> None:
    data = stream_of(TEXT, end)
    frames = SseDecoder()
    single = [event for byte in data for event in frames.feed(bytes([byte]))] + frames.end()
    frames = SseDecoder()
    assert single == [event for piece in pieces(data, cuts) for event in frames.feed(piece)] + frames.end()


@given(st.binary(max_size=300), st.lists(st.integers(min_value=0)))
def test_rubbish_is_an_answer_or_a_provider_error(rubbish: bytes, cuts: list[int]) -> None:
    data = stream_of("abc") + rubbish
    try:
        read(pieces(data, cuts))
    except ProviderError as error:
        assert error.code in ("malformed", "unavailable", "cut")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["choices", "delta", "content", "usage", "error", "message", "finish_reason", "code"]),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_any_json_is_an_answer_or_a_provider_error(frame: Any) -> None:
    reader = AnswerReader(REQUEST, "test-model", PRICES)
    try:
        events = [*reader.read(json.dumps(frame).encode()), *reader.ending()]
    except ProviderError:
        return
    assert isinstance(events[-1], Finished)
    assert all(isinstance(event.text, str) for event in events if isinstance(event, TextDelta))


@given(st.text(alphabet="<think>/ x", max_size=30), st.integers(1, 9))
def test_only_leading_thoughts_are_removed(text: str, size: int) -> None:
    thoughts = ThinkTagFilter()
    said = "".join(thoughts.answer_of(text[at : at + size]) for at in range(0, len(text), size)) + thoughts.rest()
    if text.lstrip().startswith("<think>"):
        assert said in text
    else:
        assert said == text


def test_a_frame_without_end_is_refused() -> None:
    frames = SseDecoder()
    with pytest.raises(ProviderError, match="malformed"):
        for _ in range(20):
            frames.feed(b"x" * (LONGEST_FRAME // 10))


def test_price_is_matched_by_exact_model_name() -> None:
    assert cost(PRICES, "gpt-5-mini", 1_000_000, 0, 0) == 0.25
    assert cost(PRICES, "gpt-5-mini-2025-08-07", 0, 1_000_000, 0) == 2.0
    assert cost(PRICES, "gpt-4o", 1_000_000, 0, 1_000_000) == 1.25
    for unknown in ("gpt-5-unheard-of", "llama3.2", "", "gpt-5-mini-2025"):
        assert cost(PRICES, unknown, 1, 1, 0) is None


@pytest.fixture(scope="module")
def server() -> Iterator[OpenAIServer]:
    with OpenAIServer.start() as running:
        yield running


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.mark.anyio
@settings(max_examples=40, deadline=None)
@given(cuts=st.lists(st.integers(min_value=0), max_size=12), end=LINE_ENDS)
async def test_stream_may_be_cut_anywhere_over_http(server: OpenAIServer, cuts: list[int], end: str) -> None:
    data = stream_of(TEXT, end)
    chunks = [piece.hex() for piece in pieces(data, cuts) if piece]
    server.script({"mode": "raw", "hex": True, "chunks": chunks})
    answerer = ModelAnswerer(COMPATIBLE, api_key="", base_url=server.base_url, model="test-model", retry_pause=0)
    try:
        asked, *events = [event async for event in answerer.stream(REQUEST)]
        assert isinstance(asked, Usage) and events == read([data])
    finally:
        await answerer.close()
