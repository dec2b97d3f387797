"""The protocol between a pool and its workers: length-prefixed JSON with attached bytes.

JSON and not pickle: a worker that a malicious file has taken over can then return wrong data, but run no code here.
"""

from __future__ import annotations

from mmap import mmap
from struct import Struct
from typing import Any, BinaryIO

import orjson

Body = bytes | mmap
"""The bytes attached to the JSON, in memory or on disk."""
_LENGTHS = Struct(">II")


def write_frame(stream: BinaryIO, head: Any, body: Body = b"") -> None:
    """Sends a frame. Raises OSError if the reader is gone."""
    packed = orjson.dumps(head)
    stream.write(_LENGTHS.pack(len(packed), len(body)))
    stream.write(packed)
    stream.write(body)
    stream.flush()


def read_frame(stream: BinaryIO) -> tuple[Any, bytes] | None:
    """Reads the next frame; None if the other side has exited."""
    lengths = stream.read(_LENGTHS.size)
    if len(lengths) < _LENGTHS.size:
        return None
    size, rest = _LENGTHS.unpack(lengths)
    head, body = stream.read(size), stream.read(rest)
    return (orjson.loads(head), body) if len(head) == size and len(body) == rest else None
