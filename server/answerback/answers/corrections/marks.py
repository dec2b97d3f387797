"""Ends what rested on a comment's old text when it is edited: answers to it, and the owner's marks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...comments import store as threads
from ...comments.events import CommentEvent
from ...comments.updates import ThreadUpdates
from ...db.work import Work
from .. import edits_store
from ..edited import end_answers
from ..reuse import store


class EditedQuestions:
    """A listener to edits."""

    def __init__(self, updates: ThreadUpdates) -> None:
        self._updates = updates

    def hear(self, event: CommentEvent) -> Work[Mapping[str, Any]]:
        """Within the edit: ends the owner's marks, the reuse and the answers that rest on the old text."""
        if event.kind == "edited":
            site, id = event.site, event.comment.id
            yield from store.end_marks(site.key, id)
            yield from edits_store.stop_answers(site.key, id)
            for ended in (yield from end_answers(site, id)):
                answer = yield from threads.comment_by_id(site.key, ended)
                if answer is not None:
                    yield from self._updates.changed(answer, afresh=True)
        return {}
