"""OpenAI's Chat Completions, and the many servers compatible with it."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from .dialect import Asked, Dialect, bearer
from .effort import NOTHING_TO_SAVE, Step
from .openai_client import through_the_sdk
from .sse import AnswerReader

CALM = Step({"temperature": 0.2}, thinks=False)
"""What is asked of models that do not think: to say what the page says, and not something else each time."""
EFFORTS = ("none", "minimal", "low")
"""How little a model may be asked to think, least first; no server takes all of these."""
_THINKS = re.compile(
    r"/(?:gpt-(?:[5-9]|\d\d)(?!\d|.*chat)|o\d)|gpt-oss|deepseek-r|qwen-?3(?!.*instruct)|magistral|think|reason|"
    r"glm-4\.[5-9]|grok-(?:3-mini|[4-9])|minimax-m|nemotron|-r1\b",
    re.IGNORECASE,
)
"""Models that think before they answer, by their names; others are known by what they send."""
_THINKS_AT_OPENAI = re.compile(r"^(?:gpt-(?:[5-9]|\d\d)(?!\d|.*chat)|o\d)")
"""The same by its own names, by which others serve anything."""
_LEAST = re.compile(r"(?:^|/)(?:(?P<minimal>gpt-5(?![.\d]))|(?P<low>o\d|gpt-oss))", re.IGNORECASE)
"""Those that take not even "none"."""
_NOT_THINKING = {"chat_template_kwargs": {"enable_thinking": False}}


def efforts(model: str) -> list[str]:
    """Reasoning efforts of a model, lowest first."""
    least = _LEAST.search(model)
    return list(EFFORTS[EFFORTS.index(least.lastgroup or "none") if least else 0 :])


def thinks_at_openai(model: str) -> bool:
    """Whether one of OpenAI's models reasons before it answers."""
    return _THINKS_AT_OPENAI.search(model) is not None


def openai_steps(model: str, thinks: bool) -> list[Step]:
    """The effort steps of one of OpenAI's models."""
    if not thinks and not thinks_at_openai(model):
        return [CALM]
    steps = [Step({"reasoning_effort": effort}, thinks=effort == EFFORTS[-1]) for effort in efforts(model)]
    return [*steps, NOTHING_TO_SAVE]


def _steps_elsewhere(model: str, thinks: bool) -> list[Step]:
    if not thinks and not _THINKS.search(model):
        return [CALM]
    steps = [
        Step({"reasoning_effort": effort, **_NOT_THINKING}, thinks=effort == EFFORTS[-1]) for effort in efforts(model)
    ]
    return [*steps, NOTHING_TO_SAVE]


def chat_body(asked: Asked, limit: str = "max_completion_tokens") -> dict[str, Any]:
    """The request body; never with tools."""
    messages = [{"role": message.role, "content": message.content} for message in asked.request.messages]
    return {
        "model": asked.model, "messages": messages, limit: asked.tokens, "stream": True,
        "stream_options": {"include_usage": True}, **asked.effort,
    }  # fmt: skip


def _openai_body(asked: Asked) -> dict[str, Any]:
    key = hashlib.sha256(asked.rules.encode()).hexdigest()[:32]
    return {**chat_body(asked), "store": False, "prompt_cache_key": key}


def _body_elsewhere(asked: Asked) -> dict[str, Any]:
    return chat_body(asked, "max_completion_tokens" if "max_tokens" in asked.refused else "max_tokens")


OPENAI = Dialect(
    name="openai", base_url="https://api.openai.com/v1", path=lambda model: "/chat/completions", models="/models",
    headers=bearer, body=_openai_body, reader=AnswerReader, steps=openai_steps, connect=through_the_sdk, moderates=True,
    optional=("temperature", "stream_options", "prompt_cache_key", "store"),
)  # fmt: skip
COMPATIBLE = Dialect(
    name="openai", base_url="", path=lambda model: "/chat/completions", models="/models",
    headers=bearer, body=_body_elsewhere, reader=AnswerReader, steps=_steps_elsewhere, connect=through_the_sdk,
    moderates=True,
    optional=("max_tokens", "temperature", "stream_options", "chat_template_kwargs"),
)  # fmt: skip
