"""Publishes a thread's changes to its readers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..core.events import EventName
from ..core.model import Comment
from ..db.work import Work
from ..live.bus import Bus, page_channel
from ..live.events_store import CHANGED


class ThreadUpdates:
    """Publishes events on a thread's page and invalidates its snapshots; each call is part of the change's own
    transaction."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    def forget(self, site: str, pages: Iterable[str]) -> Work[None]:
        """Invalidates the threads' snapshots in all processes."""
        yield from self._bus.tell([page_channel(site, page) for page in pages], CHANGED, {})

    def publish(
        self, site: str, page: str, event: EventName, data: dict[str, Any], *, afresh: bool = False
    ) -> Work[None]:
        """Publishes a change; `afresh` as in `Bus.tell`."""
        yield from self._bus.tell((page_channel(site, page),), event, data, afresh=afresh)

    def added(self, comment: Comment) -> Work[None]:
        """Publishes a new visible comment."""
        yield from self.publish(comment.site, comment.page, "comment.added", {"comment": comment.public()})

    def changed(self, comment: Comment, *, afresh: bool = False) -> Work[None]:
        """Publishes a changed visible comment; `afresh`: its earlier text must not be replayed."""
        if comment.state == "published":
            data = {"comment": comment.public()}
            yield from self.publish(comment.site, comment.page, "comment.changed", data, afresh=afresh)
        else:
            yield from self.forget(comment.site, [comment.page])

    def removed(self, comment: Comment) -> Work[None]:
        """Publishes that a comment is no longer visible."""
        yield from self.publish(comment.site, comment.page, "comment.removed", {"id": comment.id})

    def reload(self, site: str, pages: Iterable[str]) -> Work[None]:
        """Tells all readers to reload the threads."""
        yield from self._bus.tell([page_channel(site, page) for page in pages], "reload", {})
