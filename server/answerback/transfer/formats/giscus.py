"""giscus: GitHub discussions, one a page, in answers of the GraphQL API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..model import Incoming, IncomingThread
from ..source import Source
from .fields import flag, text
from .github import address_of, comment, inside, nodes


def looks(source: Source) -> bool:
    """Whether it contains a discussion, or a repository's empty list."""
    return any(
        _is_discussion(each) or "discussions" in each for document in source.documents for each in inside(document)
    )


def read(source: Source) -> Iterator[Incoming | IncomingThread]:
    """The comments with replies, and locked discussions."""
    for document in source.documents:
        for topic in inside(document):
            if not _is_discussion(topic):
                continue
            if flag(topic, "locked"):
                yield IncomingThread(address_of(topic), title=text(topic, "title"), locked=True)
            for each in nodes(topic["comments"]):
                above = comment(topic, each)
                yield above
                for reply in nodes(each.get("replies")):
                    yield comment(topic, reply, above.id)


def _is_discussion(found: dict[str, Any]) -> bool:
    return "title" in found and isinstance(found.get("comments"), dict) and "body" in found
