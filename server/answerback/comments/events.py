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
    """Where a thread's page is read, the page's own rule for answers, if it has one, and where else a visitor has read
    it (`page_hint`)."""

    url: str
    rule: str | None
    hint: str = ""


@dataclass(frozen=True, slots=True)
class CommentEvent:
    """A comment was `posted`, maybe to wait for the owner; sent once more under its key (`repeated`); `approved`; or
    `edited` by its author."""

    kind: Literal["posted", "repeated", "approved", "edited"]
    site: Site
    comment: Comment
    thread: Thread
    visitor: Visitor | None
    """Its author; None for an approved comment whose author is gone."""
    address_key: str
    ask: bool | None
    """What the author has chosen about an answer."""
    now: int


class Listener(Protocol):
    """Takes part in what happens to comments."""

    def hear(self, event: CommentEvent) -> Work[Mapping[str, Any]]:
        """Within the event's transaction, which an error raised here undoes: what to add to the response. What is to
        happen once it is committed is yielded as `after`."""
        ...


def announce(listeners: Iterable[Listener], event: CommentEvent) -> Work[dict[str, Any]]:
    """Tell all of them, within the event's transaction; what they add to the response."""
    data: dict[str, Any] = {}
    for listener in listeners:
        data |= yield from listener.hear(event)
    return data
