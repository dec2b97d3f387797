"""Publishes a thread's changes to its readers."""

from __future__ import annotations

from typing import Any

from ..core.events import EventName
from ..core.model import Comment
from ..live.bus import Bus, page_channel
from .snapshot import Snapshots


class ThreadUpdates:
    """Forgets a thread's ready bytes and publishes events on its page; called after the commit."""

    def __init__(self, bus: Bus, snapshots: Snapshots) -> None:
        self._bus = bus
        self._snapshots = snapshots

    def forget(self, site: str, page: str) -> None:
        """What is at hand of the thread is out of date."""
        self._snapshots.forget(site, page)

    def publish(self, site: str, page: str, event: EventName, data: dict[str, Any], *, afresh: bool = False) -> None:
        """Something has changed in a thread; `afresh` as for `Bus.publish`."""
        self.forget(site, page)
        self._bus.publish(page_channel(site, page), event, data, afresh=afresh)

    def added(self, comment: Comment) -> None:
        """There is a new visible comment."""
        self.publish(comment.site, comment.page, "comment.added", {"comment": comment.public()})

    def changed(self, comment: Comment, *, afresh: bool = False) -> None:
        """A visible comment is different from before; `afresh`: it has other words, and those of before are gone."""
        if comment.state == "published":
            self.publish(comment.site, comment.page, "comment.changed", {"comment": comment.public()}, afresh=afresh)
        else:
            self.forget(comment.site, comment.page)

    def removed(self, comment: Comment) -> None:
        """A comment can be seen no more."""
        self.publish(comment.site, comment.page, "comment.removed", {"id": comment.id})

    def reload(self, site: str, page: str) -> None:
        """So much has changed that everyone reads the thread anew."""
        self.publish(site, page, "reload", {})
