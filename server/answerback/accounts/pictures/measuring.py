"""Computes the memory that decoding a picture takes, from every frame of the file.

For files whose structure `metadata` has checked to the end. Rejects what decoders interpret differently.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from struct import unpack_from

_FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_PROGRESSIVE = frozenset({0xC2, 0xC6, 0xCA, 0xCE})
_RESIZING = frozenset({0xDC, 0xDE, 0xDF})
"""Segments that change the height or announce pictures of other sizes (ITU T.81, B.2.5 and B.3)."""
# In entropy-coded data, FF is followed by 00 or a restart marker, else a segment begins (ITU T.81, B.1.1.5).
AFTER_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_SHOWN, _COEFFICIENT = 4, 2
"""Bytes of a pixel on the screen, and of one colour of a progressive JPEG's pixel before its last scan."""
Size = tuple[int, int, int]
"""Width, height, and the bytes that a decoder allocates."""


def measured(media_type: str, data: bytes) -> Size:
    """The picture's size. Raises ValueError, IndexError or struct.error for a malformed file."""
    return {"image/png": _png, "image/jpeg": _jpeg, "image/webp": _webp, "image/gif": _gif}[media_type](data)


def _png(data: bytes) -> Size:
    sizes, frames, told = [], 0, 0
    for at, kind in _png_chunks(data):
        if kind == b"IHDR":
            sizes.append(unpack_from(">II", data, at))
        elif kind == b"acTL":
            told = max(told, unpack_from(">I", data, at)[0])
        elif kind == b"fcTL":
            frames += 1
            wide, high, left, top = unpack_from(">4I", data, at + 4)
            _within(sizes[0], left + wide, top + high)
    [(wide, high)] = sizes
    return _canvas(wide, high, max(frames, told) + 1)  # plus the default image of animated PNGs


def _png_chunks(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = 8
    while at < len(data):
        length, kind = unpack_from(">I4s", data, at)
        yield at + 8, kind
        at += 12 + length


def _jpeg(data: bytes) -> Size:
    """The size of a JPEG with one frame and a valid height; `metadata` has rejected markers without length."""
    sizes = []
    for marker, at in _jpeg_segments(data):
        if marker in _RESIZING:
            raise ValueError
        if marker in _FRAMES:
            high, wide, colours = unpack_from(">HHB", data, at + 3)
            sizes.append((wide, high, _SHOWN + _COEFFICIENT * colours * (marker in _PROGRESSIVE)))
    [(wide, high, deep)] = sizes
    return wide, high, wide * high * deep


def _jpeg_segments(data: bytes) -> Iterator[tuple[int, int]]:
    """Each marker that has a length, with its position; after a scan, searches for the next."""
    at = 2
    while data[at + 1] != 0xD9:
        marker, length = unpack_from(">BH", data, at + 1)
        yield marker, at + 2
        at += 2 + length
        if marker == 0xDA and (found := AFTER_SCAN.search(data, at)):
            at = found.start()


def _webp(data: bytes) -> Size:
    canvas: tuple[int, int] | None = None
    stills, frames = [], 0
    for at, kind, length in _webp_chunks(data, 12, len(data)):
        if kind == b"VP8X" and canvas is None:
            canvas = _three(data, at + 4) + 1, _three(data, at + 7) + 1
        elif kind == b"ANMF":
            frames += 1
            left, top, wide, high = (_three(data, at + 3 * number) for number in range(4))
            _within(canvas, 2 * left + wide + 1, 2 * top + high + 1)
            for inner, its_kind, _ in _webp_chunks(data, at + 16, at + length):
                if its_kind in (b"VP8 ", b"VP8L"):
                    _within((wide + 1, high + 1), *_webp_still(data, inner, its_kind))
        elif kind in (b"VP8 ", b"VP8L"):
            stills.append(_webp_still(data, at, kind))
        elif kind == b"VP8X":
            raise ValueError
    if len(stills) > 1:
        raise ValueError
    for still in stills:
        _within(canvas or still, *still)
    wide, high = canvas or stills[0]
    return _canvas(wide, high, frames)


def _webp_chunks(data: bytes, at: int, end: int) -> Iterator[tuple[int, bytes, int]]:
    while at < end:
        kind, length = unpack_from("<4sI", data, at)
        yield at + 8, kind, length
        at += 8 + length + length % 2


def _webp_still(data: bytes, at: int, kind: bytes) -> tuple[int, int]:
    if kind == b"VP8 " and data[at + 3 : at + 6] == b"\x9d\x01\x2a":
        wide, high = unpack_from("<HH", data, at + 6)
        return wide & 0x3FFF, high & 0x3FFF
    if kind == b"VP8L" and data[at] == 0x2F:
        bits = unpack_from("<I", data, at + 1)[0]
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    raise ValueError


def _gif(data: bytes) -> Size:
    canvas = unpack_from("<HH", data, 6)
    frames, at = 0, 13 + colours(data[10])
    while data[at] != 0x3B:
        if data[at] == 0x2C:
            frames += 1
            left, top, width, height, flags = unpack_from("<4HB", data, at + 1)
            _within(canvas, left + width, top + height)
            at = after_blocks(data, at + 11 + colours(flags))
        else:
            at = after_blocks(data, at + 2)
    wide, high = canvas
    return _canvas(wide, high, frames)


def colours(flags: int) -> int:
    """The size in bytes of the colour table that a GIF's flags announce."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def after_blocks(data: bytes, at: int) -> int:
    """The position after a GIF's length-prefixed blocks."""
    while data[at]:
        at += 1 + data[at]
    return at + 1


def _three(data: bytes, at: int) -> int:
    return data[at] | data[at + 1] << 8 | data[at + 2] << 16


def _within(canvas: tuple[int, int] | None, right: int, bottom: int) -> None:
    if canvas is None or right > canvas[0] or bottom > canvas[1]:
        raise ValueError


def _canvas(wide: int, high: int, frames: int) -> Size:
    return wide, high, wide * high * _SHOWN * max(1, frames)
