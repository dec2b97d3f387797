"""Hooks for parts that write in the same transaction as a comment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from ..core.model import Comment, Visitor
from ..db.work import Work
from ..sites.settings import Site


@dataclass(frozen=True, slots=True)
class Thread:
    """A thread's page address, the page's own answer rule if any, and another address where a visitor read it
    (`page_hint`)."""

    url: str
    rule: str | None
    hint: str = ""


@dataclass(frozen=True, slots=True)
class CommentEvent:
    """A comment was `posted` (perhaps held), sent again under its key (`repeated`), `approved`, or `edited` by its
    author."""

    kind: Literal["posted", "repeated", "approved", "edited"]
    site: Site
    comment: Comment
    thread: Thread
    visitor: Visitor | None
    """The author; None for an approved comment whose author is gone."""
    address_key: str
    ask: bool | None
    """The author's choice about an AI answer."""
    now: int


class Listener(Protocol):
    """Takes part in comment events."""

    def hear(self, event: CommentEvent) -> Work[Mapping[str, Any]]:
        """Called within the event's transaction, which its exceptions roll back; returns additions to the response.
        Work for after the commit is yielded as `after`."""
        ...


def announce(listeners: Iterable[Listener], event: CommentEvent) -> Work[dict[str, Any]]:
    """Calls all listeners within the event's transaction; returns their additions to the response."""
    data: dict[str, Any] = {}
    for listener in listeners:
        data |= yield from listener.hear(event)
    return data
