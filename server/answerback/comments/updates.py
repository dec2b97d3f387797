"""Publishes a thread's changes to its readers."""

from __future__ import annotations

from typing import Any

from ..core.events import EventName
from ..core.model import Comment
from ..live.bus import Bus, page_channel
from .snapshot import Snapshots


class ThreadUpdates:
    """Invalidates a thread's snapshots and publishes events on its page; called after the commit."""

    def __init__(self, bus: Bus, snapshots: Snapshots) -> None:
        self._bus = bus
        self._snapshots = snapshots

    def forget(self, site: str, page: str) -> None:
        """Invalidates the thread's snapshots."""
        self._snapshots.forget(site, page)

    def publish(self, site: str, page: str, event: EventName, data: dict[str, Any], *, afresh: bool = False) -> None:
        """Publishes a change; `afresh` as in `Bus.publish`."""
        self.forget(site, page)
        self._bus.publish(page_channel(site, page), event, data, afresh=afresh)

    def added(self, comment: Comment) -> None:
        """Publishes a new visible comment."""
        self.publish(comment.site, comment.page, "comment.added", {"comment": comment.public()})

    def changed(self, comment: Comment, *, afresh: bool = False) -> None:
        """Publishes a changed visible comment; `afresh`: its earlier text must not be replayed."""
        if comment.state == "published":
            self.publish(comment.site, comment.page, "comment.changed", {"comment": comment.public()}, afresh=afresh)
        else:
            self.forget(comment.site, comment.page)

    def removed(self, comment: Comment) -> None:
        """Publishes that a comment is no longer visible."""
        self.publish(comment.site, comment.page, "comment.removed", {"id": comment.id})

    def reload(self, site: str, page: str) -> None:
        """Tells all readers to reload the thread."""
        self.publish(site, page, "reload", {})
