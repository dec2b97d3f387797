"""Azure OpenAI: Chat Completions by the name of a deployment, with a key of its own kind."""

from __future__ import annotations

from typing import Any

from ...core.answering import AnswerRequest
from .direct import Dialect
from .sse import AnswerReader


def _body(request: AnswerRequest, model: str) -> dict[str, Any]:
    return {
        "model": model,
        "messages": [{"role": message.role, "content": message.content} for message in request.messages],
        "max_completion_tokens": request.max_tokens, "stream": True, "stream_options": {"include_usage": True},
    }  # fmt: skip


AZURE = Dialect(
    name="azure", base_url="https://example.openai.azure.com", path=lambda model: "/openai/v1/chat/completions",
    headers=lambda key: {"api-key": key}, body=_body, reader=AnswerReader,
)  # fmt: skip
