"""A dialect: how requests to one kind of server are built and its stream is parsed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from ...core.answering import AnswerRequest
from .effort import NOTHING, Step, Steps
from .http_client import Client, plain
from .sse import AnswerReader

__all__ = ["Asked", "Dialect", "never_thinks"]


class Asked(NamedTuple):
    """A request to a model: its total tokens and reasoning parameters."""

    request: AnswerRequest
    model: str
    tokens: int
    effort: Mapping[str, Any]
    refused: frozenset[str] = frozenset()
    """What the server has said that it does not know."""

    @property
    def rules(self) -> str:
        """The system message."""
        return "\n\n".join(message.content for message in self.request.messages if message.role == "system")

    @property
    def said(self) -> list[dict[str, str]]:
        """The other messages."""
        return [
            {"role": message.role, "content": message.content}
            for message in self.request.messages if message.role != "system"
        ]  # fmt: skip


def never_thinks(model: str, thinks: bool) -> tuple[Step, ...]:
    """The steps for models that are not known to reason."""
    return (NOTHING,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One kind of server."""

    name: str
    base_url: str
    path: Callable[[str], str]
    """Where a model is asked."""
    models: str
    """Where the server lists its models."""
    headers: Callable[[str], dict[str, str]]
    """What shows the key."""
    body: Callable[[Asked], dict[str, Any]]
    reader: type[AnswerReader]
    steps: Steps = never_thinks
    optional: tuple[str, ...] = ()
    """Parameters that a server may not know, and is then asked without."""
    connect: Callable[[str, Mapping[str, str]], Awaitable[Client]] = plain
    """A client of the server at a base URL, with what shows the key."""
    moderates: bool = False
    """Whether a server may judge texts as well."""


def bearer(key: str) -> dict[str, str]:
    """The key as a bearer token."""
    return {"Authorization": f"Bearer {key}"} if key else {}
