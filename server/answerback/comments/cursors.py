"""Opaque cursors of a thread's pages."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

import orjson

from ..errors import BadRequest
from .thread_store import Position

REPLIES = "replies"
"""The order of replies, in their cursors."""
BACK = "before "
"""The prefix of the order in cursors that lead back."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """The start of a page: after this position, or (`back`) before it; `root`: among its replies."""

    position: Position | None = None
    root: str = ""
    back: bool = False


NO_CURSOR = Cursor()


def write_cursor(position: Position, sort: str, root: str = "") -> str:
    """Encodes the start of the next page; `root`: of its replies."""
    return base64.urlsafe_b64encode(orjson.dumps([sort, *position, root])).decode().rstrip("=")


def read_cursor(text: str, sort: str) -> Cursor:
    """Decodes a cursor. Raises BadRequest."""
    if not text:
        return NO_CURSOR
    try:
        kind, value, id, root = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        back = kind.startswith(BACK)
        if kind.removeprefix(BACK) != (REPLIES if root else sort) or (back and root) or "\x00" in id + root:
            raise ValueError(kind)
        if type(value) is not (float if kind.endswith("best") else int) or not abs(value) < 2**53:
            raise ValueError(value)
    except (ValueError, TypeError, AttributeError, binascii.Error):
        raise BadRequest("validation_failed", "cursor: does not belong to this thread and sort order.") from None
    return Cursor((value, id), root, back)
