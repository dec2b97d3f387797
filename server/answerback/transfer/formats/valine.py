"""Valine's comments as LeanCloud exports them: `results`, or an object a line."""

from __future__ import annotations

from collections.abc import Iterator

from ..model import Incoming
from ..source import Source
from .fields import text
from .waline import comment


def looks(source: Source) -> bool:
    """Whether objects have LeanCloud ids, comments and addresses."""
    return any({"objectId", "comment", "url"} <= each.keys() for each in source.records)


def read(source: Source) -> Iterator[Incoming]:
    """The comments."""
    for record in source.records:
        if "comment" in record:
            yield comment(record, text(record, "url"), owner=False)
