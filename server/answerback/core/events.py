"""Server-sent events as bytes."""

from __future__ import annotations

from typing import Any, Literal

import orjson

EventName = Literal[
    "comment.added",
    "comment.changed",
    "comment.removed",
    "answer.queued",
    "answer.delta",
    "answer.settled",
    "reload",
    "ping",
]

HEARTBEAT = b": still here\n\n"
PING = b"event: ping\ndata: {}\n\n"
"""A heartbeat that scripts see: a proxy that holds the stream back holds it, too."""
RETRY = b"retry: 2000\n\n"


def encode(event: EventName, data: dict[str, Any], event_id: str | None = None) -> bytes:
    """Encodes one event. orjson emits no line breaks, so the data is one line."""
    return frame(event, orjson.dumps(data), event_id)


def frame(event: str, data: bytes, event_id: str | None = None) -> bytes:
    """Encodes one event whose data is already one line."""
    head = b"" if event_id is None else b"id: %s\n" % event_id.encode("ascii")
    return b"%sevent: %s\ndata: %s\n\n" % (head, event.encode("ascii"), data)
