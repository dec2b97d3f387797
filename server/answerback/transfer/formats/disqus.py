"""Disqus's XML export: threads, then posts that name their thread and parent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ...core.pages import page_of
from ..model import Incoming, IncomingThread, moment, text_of
from .xml import attribute, child, elements, local, text


def read(path: Path, now: int) -> Iterator[Incoming | IncomingThread]:
    """The posts of an export, and the threads that are closed. What was deleted or is spam stays behind."""
    threads: dict[str, tuple[str, str]] = {}
    for element in elements(path, "thread", "post"):
        id = attribute(element, "id")
        if local(element) == "thread":
            url, title = threads[id] = (text(element, "link"), text(element, "title"))
            if text(element, "isClosed") == "true" and text(element, "isDeleted") != "true" and url:
                yield IncomingThread(page_of(url), url, title, locked=True)
            continue
        if text(element, "isDeleted") == "true" or text(element, "isSpam") == "true":
            continue
        url, title = threads.get(attribute(child(element, "thread"), "id"), ("", ""))
        html = text(element, "message")
        yield Incoming(
            id=id, page=page_of(url), url=url, title=title, name=text(element, "author", "name"),
            parent=attribute(child(element, "parent"), "id") or None, body=text_of(html), html=html,
            state="pending" if text(element, "isApproved") == "false" else "published",
            created_at=moment(text(element, "createdAt"), now),
        )  # fmt: skip
