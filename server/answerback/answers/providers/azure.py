"""Azure OpenAI: Chat Completions addressed by deployment, with an `api-key` header."""

from __future__ import annotations

from .dialect import Dialect
from .openai import chat_body, openai_steps
from .openai_client import through_the_sdk
from .sse import AnswerReader

AZURE = Dialect(
    name="azure", base_url="", path=lambda model: "/openai/v1/chat/completions", models="/openai/v1/models",
    headers=lambda key: {"api-key": key}, body=chat_body, reader=AnswerReader, steps=openai_steps,
    connect=through_the_sdk, optional=("stream_options",),
)  # fmt: skip
