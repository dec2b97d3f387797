"""What an image says of itself in its first bytes: its type and how large it is when it is shown."""

from __future__ import annotations

from dataclasses import dataclass
from struct import error as TooShort
from struct import unpack

from .metadata import without_metadata

MOST_BYTES = 512 * 1024
MOST_PIXELS = 4_096
"""On either side: half a megabyte can hold an image that takes gigabytes to show, on every reader's phone."""
_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})


@dataclass(frozen=True, slots=True)
class Picture:
    """An image whose bytes are of the type that is said."""

    media_type: str
    data: bytes


def read_picture(data: bytes) -> Picture | None:
    """The image, by what its bytes say, and nothing else of the file; None for all but PNG, JPEG, WebP and GIF.

    None as well for what is more than `MOST_BYTES`, more than `MOST_PIXELS` wide or high, or out of order.
    """
    if len(data) > MOST_BYTES:
        return None
    try:
        media_type, width, height = _measure(data)
    except (TooShort, IndexError):
        return None
    if not (0 < width <= MOST_PIXELS and 0 < height <= MOST_PIXELS):
        return None
    clean = without_metadata(media_type, data)
    return None if clean is None else Picture(media_type, clean)


def _measure(data: bytes) -> tuple[str, int, int]:
    if data.startswith(b"\x89PNG\r\n\x1a\n") and data[12:16] == b"IHDR":
        return "image/png", *unpack(">II", data[16:24])
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg", *_measure_jpeg(data)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp", *_measure_webp(data)
    if data[:6] in (b"GIF87a", b"GIF89a"):
        return "image/gif", *unpack("<HH", data[6:10])
    return "", 0, 0


def _measure_jpeg(data: bytes) -> tuple[int, int]:
    """From segment to segment up to the frame's (ITU T.81, annex B)."""
    at = 2
    while data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:  # padding
            at += 1
            continue
        if marker in _FRAMES:
            height, width = unpack(">HH", data[at + 5 : at + 9])
            return width, height
        at += 2 + max(2, unpack(">H", data[at + 2 : at + 4])[0])
    return 0, 0


def _measure_webp(data: bytes) -> tuple[int, int]:
    kind = data[12:16]
    if kind == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        width, height = unpack("<HH", data[26:30])
        return width & 0x3FFF, height & 0x3FFF
    if kind == b"VP8L" and data[20] == 0x2F:
        bits = unpack("<I", data[21:25])[0]
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8X":
        wide, high = data[24:27], data[27:30]
        return int.from_bytes(wide, "little") + 1, int.from_bytes(high, "little") + 1 if len(high) == 3 else 0
    return 0, 0
