"""What the owner has said of words that are there no more: an edit ends it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...comments.events import CommentEvent
from ...db.work import Work
from ..reuse import store


class OwnersMarks:
    """Listens to edits."""

    def hear(self, event: CommentEvent) -> Work[Mapping[str, Any]]:
        """Within the edit: what rests on the old words is no mark of the owner's and no answer to anybody else."""
        if event.kind == "edited":
            yield from store.end_marks(event.site.key, event.comment.id)
        return {}
