"""Parses a provider's event stream: bytes to frames, frames to answer events.

No I/O here. The SDK's models cost about five times as much for each piece, and raise nothing when a stream ends early.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal

import orjson

from ...core.answering import AnswerEvent, AnswerRequest, Finished, TextDelta, Usage
from . import ProviderError
from .prices import Prices, cost

LONGEST_FRAME = 1_000_000
THINKING_TOKENS = 2_000
"""What a model may think beside what it says."""
CHARACTERS_OF_A_TOKEN = 4
"""As many of each token that is allowed a model may say and think; at the next one the call ends with what is there."""
BROKEN_OFF = frozenset({"error", "network_error", "insufficient_system_resource", "abort", "aborted"})
"""Reasons to finish that say that an answer has not come to its end."""
BLOCKED = frozenset({"content_filter", "sensitive", "safety"})
TOO_LONG = re.compile(r"context[ _](?:length|size|window)|prompt is too long|too many (?:input )?tokens", re.IGNORECASE)
"""What servers say of a prompt that is longer than they take, under whatever status."""
HEADLESS = "</think>"
"""Where thoughts end whose beginning a server has left out."""
DELTAS_BETWEEN_ESTIMATES = 25


def _loads(data: bytes) -> Any:
    """JSON in which a character may be split, as an escape or in bytes, as some servers send it. Raises ValueError."""
    try:
        return orjson.loads(data)
    except ValueError:
        return json.loads(data.decode("utf-8", "replace"))


class SseDecoder:
    """Splits a `text/event-stream` into its events' data, across network packets."""

    def __init__(self) -> None:
        self._rest = b""
        self._data: list[bytes] = []

    def feed(self, chunk: bytes) -> list[bytes]:
        """The data of the events that these bytes complete. Raises ProviderError if an event grows without end."""
        chunk = self._rest + chunk if self._rest else chunk
        held = b""
        if b"\r" in chunk:
            if chunk.endswith(b"\r"):  # the \n of \r\n may still follow
                chunk, held = chunk[:-1], b"\r"
            chunk = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        lines = chunk.split(b"\n")
        self._rest = lines.pop() + held
        if len(self._rest) + sum(map(len, self._data)) > LONGEST_FRAME:
            raise ProviderError("malformed", retryable=False)
        return self._take(lines)

    def end(self) -> list[bytes]:
        """The rest, when the stream ends without its last empty line."""
        return self._take([*self._rest.replace(b"\r", b"\n").split(b"\n"), b""])

    def _take(self, lines: list[bytes]) -> list[bytes]:
        events = []
        for line in lines:
            if not line:
                if self._data:
                    events.append(self._data[0] if len(self._data) == 1 else b"\n".join(self._data))
                    self._data = []
            elif line.startswith(b"data:"):
                self._data.append(line[6:] if line.startswith(b"data: ") else line[5:])
            elif line.startswith(b"{"):  # some servers send errors as bare JSON
                events.append(line)
        return events


class JsonReply:
    """An answer that comes as one JSON document instead of a stream."""

    def __init__(self) -> None:
        self._body = bytearray()

    def feed(self, chunk: bytes) -> list[bytes]:
        """Buffers the bytes; returns nothing."""
        self._body += chunk
        return []

    def end(self) -> list[bytes]:
        """The document, or each one of a list."""
        body = bytes(self._body)
        if body.lstrip().startswith(b"["):
            with contextlib.suppress(ValueError):
                return [orjson.dumps(item) for item in orjson.loads(body)]
        return [body]


_THOUGHTS: Mapping[str, str] = {
    "<think>": "</think>", "<thinking>": "</thinking>", "<thought>": "</thought>", "[THINK]": "[/THINK]",
    "<reasoning>": "</reasoning>", "<|channel|>analysis": "<|channel|>final<|message|>",
    "<|channel|>final<|message|>": "",
}  # fmt: skip
"""How thoughts begin, and how they end."""


class ThinkTagFilter:
    """Removes the `<think>…</think>` (or similar) of local reasoning models; with `headless` also one without an
    opening tag. Unclosed text counts as the answer."""

    def __init__(self, *, headless: bool = False) -> None:
        self._headless = headless
        self._close = HEADLESS if headless else ""
        self._held = ""
        self._place: Literal["begin", "thought", "between", "answer"] = "thought" if headless else "begin"
        self._all: list[str] = []
        """What a headless model has said, until its thoughts end."""
        self.thought = False
        """Whether anything was taken out."""

    def answer_of(self, text: str) -> str:
        """The part of the next piece that belongs to the answer."""
        if self._place == "answer":
            return text
        self._held += text
        if self._place == "begin":
            begun = self._held.lstrip()
            opened = next((mark for mark in _THOUGHTS if begun.startswith(mark)), None)
            if opened is not None:
                self._place, self._close, self.thought = "thought", _THOUGHTS[opened], True
                self._held = self._held if self._close else begun.removeprefix(opened)
            elif any(mark.startswith(begun) for mark in _THOUGHTS):
                return ""
            else:
                self._place = "answer"
                return self._held
        if self._place == "thought":
            if self._headless:
                self._all.append(text)
            if self._close:
                _, closed, after = self._held.rpartition(self._close)
                if not closed:
                    self._held = after[-len(self._close) :]
                    return ""
                self._held, self.thought = after, True
            self._place = "between"
        answer = self._held.lstrip()
        if answer:
            self._place = "answer"
        return answer

    def rest(self) -> str:
        """Held-back text that turns out to be answer, at the end."""
        if self._place == "thought" and self._headless:
            return "".join(self._all)
        return self._held if self._place == "begin" else ""


def json_frame(reader: AnswerReader, data: bytes) -> dict[str, Any]:
    """Parses a frame as JSON. Raises ProviderError for anything else."""
    try:
        frame = _loads(data)
    except ValueError:
        raise reader.error("malformed") from None
    if type(frame) is not dict:
        raise reader.error("malformed")
    return frame


class AnswerReader:
    """Turns frames into events and records how the answer ended and its cost."""

    def __init__(self, request: AnswerRequest, model: str, prices: Prices, *, headless: bool = False) -> None:
        self._model = model
        self._prices = prices
        self._asked = sum(len(message.content.encode()) for message in request.messages)
        self._said = 0
        self._deltas = 0
        self._thoughts = ThinkTagFilter(headless=headless)
        self._tail = ""
        """The end of what was told as answer, in which thoughts may turn out to have ended."""
        self._counted: Usage | None = None
        self._reason: str | None = None
        self._refused = False
        self._left = CHARACTERS_OF_A_TOKEN * request.max_tokens
        self._left_to_think = CHARACTERS_OF_A_TOKEN * (THINKING_TOKENS + request.max_tokens)
        self._half = ""
        self.done = False
        """Whether the server has said that nothing more comes."""
        self.thought = False
        """Whether the model has thought before it answered."""
        self.headless = False
        """Whether its thoughts came as answer, since only their end was marked."""
        self.started = False
        """Whether text of the answer has come."""
        self.begun = False
        """Whether the model has begun, if only to think."""

    def read(self, data: bytes) -> Iterator[AnswerEvent]:
        """The events of one frame. Raises ProviderError for an error frame or an invalid one."""
        try:
            frame = _loads(data)
        except ValueError:
            if b"\n" in data:  # some servers omit the empty line between events
                for part in data.split(b"\n"):
                    if part != b"[DONE]":
                        yield from self.read(part)
                return
            raise self.error("malformed") from None
        if type(frame) is not dict:
            raise self.error("malformed")
        if frame.get("error") or frame.get("object") == "error":
            raise self.reported(frame.get("error") or frame)
        if frame.get("usage"):
            self._counted = self._usage(frame["usage"])
        choices = frame.get("choices")
        if not choices:
            return
        choice = choices[0] if type(choices) is list else None
        if type(choice) is not dict:
            raise self.error("malformed")
        yield from self._piece(choice.get("delta") or choice.get("message"))
        reason = str(choice.get("finish_reason") or "")
        if reason in BROKEN_OFF:
            raise self.reported(choice.get("error"))
        if reason:
            self._reason = "content_filter" if reason in BLOCKED else reason

    def _piece(self, delta: Any) -> Iterator[AnswerEvent]:
        if type(delta) is not dict:
            return
        if delta.get("refusal"):
            self.refused()
        text = delta.get("content")
        if type(text) is list:
            self.thought = self.thought or any(type(part) is dict and part.get("type") == "thinking" for part in text)
            text = "".join(str(part.get("text") or "") for part in text if type(part) is dict)
        elif text is None:
            text = ""
        elif type(text) is not str:
            raise self.error("malformed")
        thought = str(delta.get("reasoning_content") or delta.get("reasoning") or "")
        if text or thought:
            text = self._whole(text)
            self._said += max(len(text.encode()), len(thought.encode()))
            self.begun = True
        answer = self._thoughts.answer_of(text) if text else ""
        self._left_to_think -= max(0, len(thought) + len(text) - len(answer))
        self.thought = self.thought or bool(thought) or self._thoughts.thought
        answer = answer[: self._left]
        self._left -= len(answer)
        if not answer:
            return
        self._watch(answer)
        self.started = True
        yield TextDelta(answer)
        self._deltas += 1
        if self._deltas % DELTAS_BETWEEN_ESTIMATES == 0:  # a stopped answer has a cost, too
            yield self.estimate()

    def _watch(self, answer: str) -> None:
        self._tail = (self._tail + answer)[-len(HEADLESS) - len(answer) :]
        if HEADLESS in self._tail:
            self.headless = self.thought = True

    @property
    def wordless(self) -> bool:
        """Whether all tokens went into reasoning."""
        return self._reason == "length" and not self.started

    @property
    def full(self) -> bool:
        """Whether the model has reached its limit of text or reasoning."""
        return self._left <= 0 or self._left_to_think <= 0

    def _whole(self, text: str) -> str:
        """A piece without an incomplete character at its end, which is prepended to the next."""
        text = self._half + text
        self._half = text[-1] if text and "\ud800" <= text[-1] <= "\udbff" else ""
        text = text.removesuffix(self._half) if self._half else text
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    def ending(self) -> Iterator[AnswerEvent]:
        """The last events at the stream's end. Raises ProviderError if it ended too early."""
        if self.full:
            self._reason = self._reason or "length"
        if self._reason is None and self.done and self.started:
            self._reason = "stop"  # some servers send [DONE] and no reason
        if self._reason is None and not self._refused:
            yield self._counted or self.estimate()
            raise self.error("cut")
        held = self._thoughts.rest()
        if held.strip():
            self.started = True
            yield TextDelta(held)
        yield self._counted or self.estimate()
        withheld = self._refused or self._reason == "content_filter"
        yield Finished("content_filter" if withheld else "length" if self._reason == "length" else "stop")

    def piece(self, text: str, thought: str) -> Iterator[AnswerEvent]:
        """The events of a piece of text or reasoning."""
        yield from self._piece({"content": text, "reasoning": thought})

    def refused(self) -> None:
        """Records the model's refusal, however the stream ends."""
        self._refused = True

    def has_thought(self) -> None:
        """Records reasoning that is not in the stream."""
        self.thought = self.begun = True

    def finish(self, reason: str) -> None:
        """Sets how it ended: `stop`, `length` or `content_filter`."""
        self._reason = reason

    def counted_as(self, asked: int, said: int, cached: int) -> None:
        """Sets the server's token counts."""
        self._counted = Usage(asked, said, cost(self._prices, self._model, asked, said, min(cached, asked)))

    def error(self, code: str, *, retryable: bool = True, outage: bool = False) -> ProviderError:
        """A ProviderError at this point; after text has come, the call is not repeated."""
        return ProviderError(
            code, retryable=retryable and not self.started, started=self.started, outage=outage and not self.begun
        )

    def reported(self, error: Any) -> ProviderError:
        """The error of an error frame, as our code."""
        told = " ".join(str(error.get(key) or "") for key in ("code", "type", "status")) if type(error) is dict else ""
        if TOO_LONG.search(str(error)):
            return self.error("bad_request", retryable=False)
        told = told.lower()
        if "rate_limit" in told or "429" in told or "quota" in told:
            return self.error("rate_limited", outage=True)
        if "context_length" in told or "invalid_request" in told or "400" in told:
            return self.error("bad_request", retryable=False)
        if "auth" in told or "api_key" in told or "401" in told or "403" in told:
            return self.error("auth")
        return self.error("unavailable", outage=True)

    def _usage(self, usage: Any) -> Usage | None:
        if type(usage) is not dict:
            return self._counted
        asked, said = usage.get("prompt_tokens"), usage.get("completion_tokens")
        if type(asked) is not int or type(said) is not int or asked < 0 or said < 0:
            return self._counted
        details = usage.get("prompt_tokens_details")
        cached = details.get("cached_tokens") if type(details) is dict else 0
        cached = min(asked, max(0, cached)) if type(cached) is int else 0
        thoughts = usage.get("completion_tokens_details")
        if type(thoughts) is dict and thoughts.get("reasoning_tokens"):
            self.has_thought()
        return Usage(asked, said, cost(self._prices, self._model, asked, said, cached))

    def estimate(self) -> Usage:
        """The estimated cost so far."""
        asked, said = self._asked // 4 + 1, self._said // 4 + 1
        return Usage(asked, said, cost(self._prices, self._model, asked, said, 0), estimated=True)
