"""JSON that anybody can write: threads with comments, or comments that name their page (docs/moving.md). Isso's own
generic form, in which a thread's id is its page, is the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...errors import BadRequest
from ..model import Incoming, IncomingThread
from ..source import Source
from .fields import flag, text
from .rows import WORDS, comment

_LISTS = ("threads", "comments")


def looks(source: Source) -> bool:
    """Whether there are threads with comments, or comments with text and page."""
    first = next(iter(_entries(source)), None)
    return first is not None and (isinstance(first.get("comments"), list) or bool(_is_comment(first)))


def read(source: Source) -> Iterator[Incoming | IncomingThread]:
    """The comments, and closed threads. Raises BadRequest for a comment that is no object."""
    for entry in _entries(source):
        comments = entry.get("comments")
        if not isinstance(comments, list):
            yield comment(entry, entry)
            continue
        if flag(entry, "closed", "locked"):
            yield IncomingThread(text(entry, "page", "url", "id"), title=text(entry, "title"), locked=True)
        for number, each in enumerate(comments, 1):
            if not isinstance(each, dict):
                where = text(entry, "page", "url", "id")
                raise BadRequest("validation_failed", f"{source.name}: comment {number} of {where} is no object.")
            yield comment(
                each, {"page": text(entry, "page", "id"), "url": entry.get("url"), "title": entry.get("title")}
            )


def _entries(source: Source) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for each in source.records:
        lists = [
            each[name] for name in _LISTS if isinstance(each.get(name), list) and not text(each, "page", "url", "id")
        ]
        found += [inside for listed in lists for inside in listed if isinstance(inside, dict)] if lists else [each]
    return found


def _is_comment(entry: dict[str, Any]) -> bool:
    return bool(text(entry, "page", "url")) and any(name in entry for name in WORDS)
