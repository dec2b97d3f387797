"""Twikoo's comments as MongoDB exports them: a list, or an object a line."""

from __future__ import annotations

from collections.abc import Iterator

from ..model import Incoming
from ..source import Source
from .fields import flag, text
from .waline import comment


def looks(source: Source) -> bool:
    """Whether objects have MongoDB ids, comments and addresses."""
    return any({"_id", "comment"} <= each.keys() and each.keys() & {"url", "href"} for each in source.records)


def read(source: Source) -> Iterator[Incoming]:
    """The comments; the master's are the owner's."""
    for record in source.records:
        if "comment" in record:
            yield comment(record, text(record, "url", "href"), owner=flag(record, "master"))
