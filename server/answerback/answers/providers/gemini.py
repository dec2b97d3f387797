"""Google's Gemini, by `streamGenerateContent`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from ...core.answering import AnswerEvent, AnswerRequest
from .direct import Dialect
from .sse import AnswerReader, json_frame

_BLOCKED = {"SAFETY", "RECITATION", "PROHIBITED_CONTENT", "BLOCKLIST", "SPII", "LANGUAGE", "IMAGE_SAFETY"}


class GeminiReader(AnswerReader):
    """Reads candidates, of which there is one, and what the prompt was refused for."""

    def read(self, data: bytes) -> Iterator[AnswerEvent]:
        """The events of one frame."""
        frame = json_frame(self, data)
        if frame.get("error"):
            raise self.reported(frame["error"])
        usage = frame.get("usageMetadata")
        if type(usage) is dict:
            said = int(usage.get("candidatesTokenCount") or 0) + int(usage.get("thoughtsTokenCount") or 0)
            cached = int(usage.get("cachedContentTokenCount") or 0)
            self.counted_as(int(usage.get("promptTokenCount") or 0), said, cached)
        if (frame.get("promptFeedback") or {}).get("blockReason"):
            self.finish("content_filter")
        for candidate in (frame.get("candidates") or [])[:1]:
            for part in (candidate.get("content") or {}).get("parts") or []:
                text = str(part.get("text") or "")
                yield from self.piece("" if part.get("thought") else text, text if part.get("thought") else "")
            reason = candidate.get("finishReason")
            if reason:
                stopped = "content_filter" if reason in _BLOCKED else "stop"
                self.finish("length" if reason == "MAX_TOKENS" else stopped)


def _body(request: AnswerRequest, model: str) -> dict[str, Any]:
    rules = "\n\n".join(message.content for message in request.messages if message.role == "system")
    roles = {"user": "user", "assistant": "model"}
    said = [
        {"role": roles[message.role], "parts": [{"text": message.content}]}
        for message in request.messages if message.role != "system"
    ]  # fmt: skip
    limits: dict[str, Any] = {"maxOutputTokens": request.max_tokens}
    if "2.5-flash" in model:  # thinks unless told not to
        limits["thinkingConfig"] = {"thinkingBudget": 0}
    return {"systemInstruction": {"parts": [{"text": rules}]}, "contents": said, "generationConfig": limits}


GEMINI = Dialect(
    name="gemini", base_url="https://generativelanguage.googleapis.com",
    path=lambda model: f"/v1beta/models/{quote(model, safe='')}:streamGenerateContent?alt=sse",
    headers=lambda key: {"x-goog-api-key": key}, body=_body, reader=GeminiReader,
)  # fmt: skip
