"""OpenAI's Responses, of which nothing is kept there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...core.answering import AnswerEvent, AnswerRequest
from .direct import Dialect
from .sse import AnswerReader, json_frame


class ResponsesReader(AnswerReader):
    """Reads the deltas of text and of thoughts, and how the response has ended."""

    def read(self, data: bytes) -> Iterator[AnswerEvent]:
        """The events of one frame."""
        frame = json_frame(self, data)
        kind = str(frame.get("type") or "")
        response = frame.get("response") if type(frame.get("response")) is dict else {}
        if kind == "error":
            raise self.reported(frame.get("error") or frame)
        if kind == "response.failed":
            raise self.reported((response or {}).get("error"))
        if kind == "response.output_text.delta":
            yield from self.piece(str(frame.get("delta") or ""), "")
        elif kind.startswith("response.reasoning") and kind.endswith(".delta"):
            yield from self.piece("", str(frame.get("delta") or ""))
        elif kind == "response.refusal.delta":
            self.finish("content_filter")
        elif kind in ("response.completed", "response.incomplete"):
            self._end(response or {})

    def _end(self, response: dict[str, Any]) -> None:
        usage = response.get("usage")
        if type(usage) is dict:
            cached = (usage.get("input_tokens_details") or {}).get("cached_tokens") or 0
            self.counted_as(int(usage.get("input_tokens") or 0), int(usage.get("output_tokens") or 0), int(cached))
        why = (response.get("incomplete_details") or {}).get("reason")
        self.finish({"max_output_tokens": "length", "content_filter": "content_filter"}.get(str(why), "stop"))


def _body(request: AnswerRequest, model: str) -> dict[str, Any]:
    rules = "\n\n".join(message.content for message in request.messages if message.role == "system")
    said = [{"role": item.role, "content": item.content} for item in request.messages if item.role != "system"]
    return {
        "model": model, "instructions": rules, "input": said, "max_output_tokens": request.max_tokens, "stream": True,
        "store": False,
    }  # fmt: skip


RESPONSES = Dialect(
    name="responses", base_url="https://api.openai.com/v1", path=lambda model: "/responses",
    headers=lambda key: {"Authorization": f"Bearer {key}"} if key else {}, body=_body, reader=ResponsesReader,
)  # fmt: skip
