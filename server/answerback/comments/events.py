"""What happens to comments, for those who take part in the same transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from ..core.model import Comment, Visitor
from ..db.work import Work
from ..sites.settings import Site


@dataclass(frozen=True, slots=True)
class Thread:
    """Where a thread's page is read, its title, and the page's own rule for answers, if it has one."""

    url: str
    title: str
    rule: str | None


@dataclass(frozen=True, slots=True)
class CommentEvent:
    """A comment was `posted`, maybe to wait for the owner; sent once more under its key (`repeated`); or `approved`."""

    kind: Literal["posted", "repeated", "approved"]
    site: Site
    comment: Comment
    thread: Thread
    visitor: Visitor | None
    """Its author; None for an approved comment whose author is gone."""
    address_key: str
    ask: bool | None
    """What the author has chosen about an answer."""
    now: int


@dataclass(frozen=True, slots=True)
class Effect:
    """What a listener adds to the response, and what it does after the commit."""

    data: Mapping[str, Any] = field(default_factory=dict)
    after: Callable[[], None] | None = None


class Listener(Protocol):
    """Takes part in what happens to comments."""

    def hear(self, event: CommentEvent) -> Work[Effect]:
        """Within the event's transaction; an error raised here undoes it."""
        ...
