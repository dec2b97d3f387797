"""Google's Gemini API (`streamGenerateContent`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from ...core.answering import AnswerEvent
from .dialect import Asked, Dialect
from .effort import NOTHING, NOTHING_TO_SAVE, Step
from .sse import AnswerReader, json_frame

_BLOCKED = {"SAFETY", "RECITATION", "PROHIBITED_CONTENT", "BLOCKLIST", "SPII", "LANGUAGE", "IMAGE_SAFETY"}
_BROKEN_OFF = {"OTHER", "MALFORMED_RESPONSE", "MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL"}
_THINKS_IN_TOKENS = re.compile(r"gemini-2\.5-(?:(?P<pro>pro)|flash)")
_THINKS_IN_LEVELS = re.compile(r"gemini-(?:[3-9]|\d\d|(?:pro|flash)-latest)")
_LEAST_OF_PRO = 128


class GeminiReader(AnswerReader):
    """Parses the single candidate and the reason of a refused prompt."""

    def read(self, data: bytes) -> Iterator[AnswerEvent]:
        """The events of one frame."""
        frame = json_frame(self, data)
        if frame.get("error"):
            raise self.reported(frame["error"])
        usage = frame.get("usageMetadata")
        if type(usage) is dict:
            thoughts = int(usage.get("thoughtsTokenCount") or 0)
            said = int(usage.get("candidatesTokenCount") or 0) + thoughts
            if thoughts:
                self.has_thought()
            cached = int(usage.get("cachedContentTokenCount") or 0)
            self.counted_as(int(usage.get("promptTokenCount") or 0), said, cached)
        if (frame.get("promptFeedback") or {}).get("blockReason"):
            self.finish("content_filter")
        for candidate in (frame.get("candidates") or [])[:1]:
            for part in (candidate.get("content") or {}).get("parts") or []:
                text = str(part.get("text") or "")
                yield from self.piece("" if part.get("thought") else text, text if part.get("thought") else "")
            reason = candidate.get("finishReason")
            if reason in _BROKEN_OFF:
                raise self.error("cut")
            if reason:
                stopped = "content_filter" if reason in _BLOCKED else "stop"
                self.finish("length" if reason == "MAX_TOKENS" else stopped)


def _steps(model: str, thinks: bool) -> list[Step]:
    of_tokens = _THINKS_IN_TOKENS.search(model)
    if of_tokens:
        least = _LEAST_OF_PRO if of_tokens["pro"] else 0
        return [Step({"thinkingConfig": {"thinkingBudget": least}}, thinks=least > 0), NOTHING_TO_SAVE]
    if not thinks and not _THINKS_IN_LEVELS.search(model):
        return [NOTHING]
    levels = [Step({"thinkingConfig": {"thinkingLevel": level}}, thinks=True) for level in ("minimal", "low")]
    return [*levels, NOTHING_TO_SAVE]


def _body(asked: Asked) -> dict[str, Any]:
    roles = {"user": "user", "assistant": "model"}
    said = [{"role": roles[message["role"]], "parts": [{"text": message["content"]}]} for message in asked.said]
    return {
        "systemInstruction": {"parts": [{"text": asked.rules}]}, "contents": said,
        "generationConfig": {"maxOutputTokens": asked.tokens, **asked.effort},
    }  # fmt: skip


GEMINI = Dialect(
    name="gemini", base_url="https://generativelanguage.googleapis.com", models="/v1beta/models?pageSize=1000",
    path=lambda model: f"/v1beta/models/{quote(model, safe='')}:streamGenerateContent?alt=sse",
    headers=lambda key: {"x-goog-api-key": key}, body=_body, reader=GeminiReader, steps=_steps,
)  # fmt: skip
