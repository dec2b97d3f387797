"""Anthropic's Messages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...core.answering import AnswerEvent, AnswerRequest
from .direct import Dialect
from .prices import Prices
from .sse import AnswerReader, json_frame

VERSION = "2023-06-01"
_REASONS = {"max_tokens": "length", "model_context_window_exceeded": "length", "refusal": "content_filter"}


class MessagesReader(AnswerReader):
    """Reads `message_start`, `content_block_delta`, `message_delta` and what else comes."""

    def __init__(self, request: AnswerRequest, model: str, prices: Prices) -> None:
        super().__init__(request, model, prices)
        self._usage_so_far: dict[str, int] = {}

    def read(self, data: bytes) -> Iterator[AnswerEvent]:
        """The events of one frame."""
        frame = json_frame(self, data)
        kind = frame.get("type")
        if kind == "error":
            raise self.reported(frame.get("error"))
        if kind == "message_start":
            self.count(frame.get("message", {}).get("usage"))
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
        """What it has cost, as far as it is told: the cached part of the prompt is told apart."""
        if type(usage) is not dict:
            return
        self._usage_so_far |= {name: count for name, count in usage.items() if type(count) is int}
        told = self._usage_so_far.get
        cached = told("cache_read_input_tokens", 0)
        asked = told("input_tokens", 0) + told("cache_creation_input_tokens", 0) + cached
        self.counted_as(asked, told("output_tokens", 0), cached)


def _body(request: AnswerRequest, model: str) -> dict[str, Any]:
    rules = "\n\n".join(message.content for message in request.messages if message.role == "system")
    said = [{"role": item.role, "content": item.content} for item in request.messages if item.role != "system"]
    system = [{"type": "text", "text": rules, "cache_control": {"type": "ephemeral"}}]
    return {"model": model, "system": system, "messages": said, "max_tokens": request.max_tokens, "stream": True}


ANTHROPIC = Dialect(
    name="anthropic", base_url="https://api.anthropic.com", path=lambda model: "/v1/messages",
    headers=lambda key: {"x-api-key": key, "anthropic-version": VERSION}, body=_body, reader=MessagesReader,
)  # fmt: skip
