"""Records what happened to comments, in the same write, for later notifications."""

from __future__ import annotations

from typing import Literal

from ..db.work import Work, run

What = Literal["edited", "removed", "corrected"]


def note_change(site: str, id: str, what: What, now: int, actor: str = "") -> Work[None]:
    """Notes that a comment was `edited` or `removed` by its author, or an answer `corrected` by an owner (`actor`)."""
    yield run(
        """INSERT INTO comment_changes (comment_id, what, site, actor, at) VALUES (:id, :what, :site, :actor, :now)
        ON CONFLICT (comment_id, what) DO UPDATE SET actor = excluded.actor, at = excluded.at""",
        id=id, what=what, site=site, actor=actor, now=now,
    )  # fmt: skip
