"""Disqus's XML export: threads, then posts that name their thread and parent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..model import Incoming, IncomingThread, Reason, moment
from ..source import Source
from ..texts import from_html, line
from .xml import attribute, child, elements, local, root, text


def looks(source: Source) -> bool:
    """Whether the root element is Disqus's."""
    return root(source)[0] == "disqus"


@dataclass(frozen=True, slots=True)
class _Thread:
    address: str = ""
    title: str = ""
    deleted: bool = False


def read(source: Source) -> Iterator[Incoming | IncomingThread]:
    """The posts of an export, and closed threads."""
    threads: dict[str, _Thread] = {}
    for element in elements(source, "thread", "post"):
        if local(element) == "post":
            yield _post(element, threads.get(attribute(child(element, "thread"), "id"), _Thread()))
            continue
        thread = _thread(element)
        threads[attribute(element, "id")] = thread
        if text(element, "isClosed") == "true" and not thread.deleted:
            yield IncomingThread(thread.address, title=thread.title, locked=True)


def _thread(element: Any) -> _Thread:
    """A thread without an address may have one as its identifier."""
    id = text(element, "id")
    address = text(element, "link") or (id if id.startswith(("/", "http://", "https://")) else "")
    return _Thread(address, line(text(element, "title")), text(element, "isDeleted") == "true")


def _post(element: Any, thread: _Thread) -> Incoming:
    body, html = from_html(text(element, "message"))
    return Incoming(
        id=attribute(element, "id"), address=thread.address, title=thread.title,
        parent=attribute(child(element, "parent"), "id") or None, name=line(text(element, "author", "name")),
        body=body, html=html, state="pending" if text(element, "isApproved") == "false" else "published",
        created_at=moment(text(element, "createdAt")), left_out=_left_out(element, thread),
    )  # fmt: skip


def _left_out(element: Any, thread: _Thread) -> Reason | None:
    if text(element, "isSpam") == "true":
        return Reason.SPAM
    return Reason.DELETED if thread.deleted or text(element, "isDeleted") == "true" else None
