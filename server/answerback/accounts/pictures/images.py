"""Reads an image file's type, dimensions and decoded size from its headers."""

from __future__ import annotations

from dataclasses import dataclass
from struct import error as TooShort

from .measuring import measured
from .metadata import without_metadata

MOST_BYTES = 512 * 1024
MOST_PIXELS = 4_096
"""Of width and height."""
MOST_MEMORY = 128 * 1024 * 1024
"""Bytes that a decoder allocates for all frames: half a megabyte can hold an image that takes gigabytes to decode, on
every reader's phone."""


@dataclass(frozen=True, slots=True)
class Picture:
    """An image whose bytes match the stated type."""

    media_type: str
    data: bytes


def read_picture(data: bytes) -> Picture | None:
    """The image, identified by its bytes and stripped of metadata; None unless it is a well-formed PNG, JPEG, WebP or
    GIF of at most `MOST_BYTES`, `MOST_PIXELS` wide and high, and `MOST_MEMORY` when decoded."""
    media_type = _type_of(data)
    clean = without_metadata(media_type, data) if media_type and len(data) <= MOST_BYTES else None
    if clean is None:
        return None
    try:
        wide, high, memory = measured(media_type, clean)
    except (TooShort, IndexError, ValueError):
        return None
    fits = 0 < wide <= MOST_PIXELS and 0 < high <= MOST_PIXELS and memory <= MOST_MEMORY
    return Picture(media_type, clean) if fits else None


def _type_of(data: bytes) -> str:
    if data.startswith(b"\x89PNG\r\n\x1a\n") and data[12:16] == b"IHDR":
        return "image/png"
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return "image/gif" if data[:6] in (b"GIF87a", b"GIF89a") else ""
