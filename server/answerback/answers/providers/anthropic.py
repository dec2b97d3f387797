"""Anthropic's Messages API."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ...core.answering import AnswerEvent, AnswerRequest
from .dialect import Asked, Dialect
from .effort import NOTHING, NOTHING_TO_SAVE, Step
from .prices import Prices
from .sse import AnswerReader, json_frame

VERSION = "2023-06-01"
_REASONS = {"max_tokens": "length", "model_context_window_exceeded": "length", "refusal": "content_filter"}
_THINKS = re.compile(r"claude-[a-z]+-(?:[5-9]|\d\d)(?!\d)")
"""Models that think unless they are told not to; the largest of them do in any case."""


class MessagesReader(AnswerReader):
    """Parses `message_start`, `content_block_delta`, `message_delta` and the other events."""

    def __init__(self, request: AnswerRequest, model: str, prices: Prices, *, headless: bool = False) -> None:
        super().__init__(request, model, prices, headless=headless)
        self._usage_so_far: dict[str, int] = {}

    def read(self, data: bytes) -> Iterator[AnswerEvent]:
        """The events of one frame."""
        frame = json_frame(self, data)
        kind = frame.get("type")
        if kind == "error":
            raise self.reported(frame.get("error"))
        if kind == "message_start":
            self.count(frame.get("message", {}).get("usage"))
        elif kind == "content_block_start" and "thinking" in str(frame.get("content_block", {}).get("type")):
            self.has_thought()  # maybe without a word of it
        elif kind == "content_block_delta":
            delta = frame.get("delta", {})
            yield from self.piece(str(delta.get("text") or ""), str(delta.get("thinking") or ""))
        elif kind == "message_delta":
            self.count(frame.get("usage"))
            reason = frame.get("delta", {}).get("stop_reason")
            if reason:
                self.finish(_REASONS.get(reason, "stop"))
        elif kind == "message" and frame.get("content"):  # a whole message, not a stream
            self.count(frame.get("usage"))
            yield from self.piece("".join(str(part.get("text") or "") for part in frame["content"]), "")
            self.finish(_REASONS.get(str(frame.get("stop_reason")), "stop"))

    def count(self, usage: Any) -> None:
        """Counts usage; cached prompt tokens are reported separately."""
        if type(usage) is not dict:
            return
        self._usage_so_far |= {name: count for name, count in usage.items() if type(count) is int}
        told = self._usage_so_far.get
        cached = told("cache_read_input_tokens", 0)
        asked = told("input_tokens", 0) + told("cache_creation_input_tokens", 0) + cached
        self.counted_as(asked, told("output_tokens", 0), cached)


def _steps(model: str, thinks: bool) -> list[Step]:
    if not thinks and not _THINKS.search(model):
        return [NOTHING]
    return [
        Step({"thinking": {"type": "disabled"}}, thinks=False), Step({"output_config": {"effort": "low"}}, thinks=True),
        NOTHING_TO_SAVE,
    ]  # fmt: skip


def _body(asked: Asked) -> dict[str, Any]:
    system = [{"type": "text", "text": asked.rules, "cache_control": {"type": "ephemeral"}}]
    return {
        "model": asked.model, "system": system, "messages": asked.said, "max_tokens": asked.tokens, "stream": True,
        **asked.effort,
    }  # fmt: skip


ANTHROPIC = Dialect(
    name="anthropic", base_url="https://api.anthropic.com", path=lambda model: "/v1/messages",
    models="/v1/models?limit=1000", headers=lambda key: {"x-api-key": key, "anthropic-version": VERSION}, body=_body,
    reader=MessagesReader, steps=_steps,
)  # fmt: skip
