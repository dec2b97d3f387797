"""OpenAI's Responses API, with storage off."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...core.answering import AnswerEvent
from .dialect import Asked, Dialect, bearer
from .effort import NOTHING, NOTHING_TO_SAVE, Step
from .openai import EFFORTS, efforts, thinks_at_openai
from .openai_client import through_the_sdk
from .sse import AnswerReader, json_frame


class ResponsesReader(AnswerReader):
    """Parses text and reasoning deltas and the response's end."""

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
        elif kind == "response.output_item.added" and (frame.get("item") or {}).get("type") == "reasoning":
            self.has_thought()
        elif kind == "response.refusal.delta":
            self.refused()
        elif kind in ("response.completed", "response.incomplete"):
            self._end(response or {})
        elif frame.get("object") == "response":  # the whole, not streamed
            if frame.get("status") == "failed":
                raise self.reported(frame.get("error"))
            for item in frame.get("output") or []:
                for part in item.get("content") or []:
                    if part.get("type") == "refusal":
                        self.refused()
                    yield from self.piece(str(part.get("text") or ""), "")
            self._end(frame)

    def _end(self, response: dict[str, Any]) -> None:
        usage = response.get("usage")
        if type(usage) is dict:
            cached = (usage.get("input_tokens_details") or {}).get("cached_tokens") or 0
            self.counted_as(int(usage.get("input_tokens") or 0), int(usage.get("output_tokens") or 0), int(cached))
        why = (response.get("incomplete_details") or {}).get("reason")
        self.finish({"max_output_tokens": "length", "content_filter": "content_filter"}.get(str(why), "stop"))


def _steps(model: str, thinks: bool) -> list[Step]:
    if not thinks and not thinks_at_openai(model):
        return [NOTHING]
    steps = [Step({"reasoning": {"effort": effort}}, thinks=effort == EFFORTS[-1]) for effort in efforts(model)]
    return [*steps, NOTHING_TO_SAVE]


def _body(asked: Asked) -> dict[str, Any]:
    return {
        "model": asked.model, "instructions": asked.rules, "input": asked.said, "max_output_tokens": asked.tokens,
        "stream": True, "store": False, **asked.effort,
    }  # fmt: skip


RESPONSES = Dialect(
    name="responses", base_url="https://api.openai.com/v1", path=lambda model: "/responses", models="/models",
    headers=bearer, body=_body, reader=ResponsesReader, steps=_steps, connect=through_the_sdk, moderates=True,
)  # fmt: skip
