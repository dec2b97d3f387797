"""Strips metadata from image files: author, place, time, thumbnails, comments.

Only the structure is walked; nothing is decoded. How a picture is turned stays, since phones write it nowhere else.
"""

from __future__ import annotations

from struct import error as TooShort
from struct import pack, unpack, unpack_from

from .measuring import AFTER_SCAN, after_blocks, colours

_PNG_KEPT = frozenset(b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP cICP sBIT bKGD pHYs acTL fcTL fdAT".split())
_WEBP_KEPT = frozenset((b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"))
_EXIF_AND_XMP = 0x0C
_GIF_APPLICATIONS = (b"NETSCAPE2.0", b"ANIMEXTS1.0")
_WITHOUT_LENGTH = frozenset({0x00, 0x01, *range(0xD0, 0xD9)})
_TURNED = 0x0112


def without_metadata(media_type: str, data: bytes) -> bytes | None:
    """The image without metadata; None if the file's structure is invalid anywhere."""
    clean = {"image/png": _png, "image/jpeg": _jpeg, "image/webp": _webp, "image/gif": _gif}[media_type]
    try:
        return clean(data)
    except (TooShort, IndexError, ValueError):
        return None


def _png(data: bytes) -> bytes:
    kept, at, kind = [data[:8]], 8, b""
    while kind != b"IEND":
        length, kind = unpack_from(">I4s", data, at)
        end = at + 12 + length
        if end > len(data):
            raise ValueError
        if kind in _PNG_KEPT:
            kept.append(data[at:end])
        at = end
    return b"".join(kept)


def _jpeg(data: bytes) -> bytes:
    kept, at, turned = [data[:2]], 2, 0
    while data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:  # padding
            at += 1
            continue
        if marker == 0xD9:
            break
        if marker in _WITHOUT_LENGTH:
            raise ValueError  # decoders disagree whether a length follows
        end = at + 2 + max(2, unpack_from(">H", data, at + 2)[0])
        if end > len(data):
            raise ValueError
        if marker == 0xE1 and not turned:
            turned = _how_turned(data[at + 4 : end])
            kept.append(_turned_only(turned))
        else:
            kept.append(_jpeg_segment(marker, data[at:end]))
        at = end
        if marker == 0xDA:
            after = AFTER_SCAN.search(data, at)
            end = after.start() if after else len(data)
            kept.append(data[at:end])
            if not after:  # truncated; browsers show what there is
                break
            at = end
    else:
        raise ValueError
    return b"".join(kept) + b"\xff\xd9"


def _jpeg_segment(marker: int, segment: bytes) -> bytes:
    """The segment; empty for application and comment segments that do not affect colours."""
    if marker == 0xE0 and segment[4:9] == b"JFIF\x00" and len(segment) >= 18:
        return b"\xff\xe0\x00\x10" + segment[4:16] + b"\x00\x00"  # without its thumbnail
    if (marker == 0xE2 and segment[4:16] == b"ICC_PROFILE\x00") or (marker == 0xEE and segment[4:9] == b"Adobe"):
        return segment
    return b"" if 0xE0 <= marker <= 0xEF or marker == 0xFE else segment


def _how_turned(exif: bytes) -> int:
    """The EXIF orientation, 2 to 8; 0 if there is none or it is the normal one."""
    if exif[:6] != b"Exif\x00\x00" or exif[6:8] not in (b"II", b"MM"):
        return 0
    order, tiff = ("<" if exif[6:8] == b"II" else ">"), exif[6:]
    try:
        first = unpack_from(order + "I", tiff, 4)[0]
        for number in range(min(200, unpack_from(order + "H", tiff, first)[0])):
            tag, kind, count, value = unpack_from(order + "HHIH", tiff, first + 2 + 12 * number)
            if tag == _TURNED:
                return value if (kind, count) == (3, 1) and 2 <= value <= 8 else 0
    except TooShort:
        pass
    return 0


def _turned_only(turned: int) -> bytes:
    if not turned:
        return b""
    body = b"Exif\x00\x00MM\x00*" + pack(">IHHHIHHI", 8, 1, _TURNED, 3, 1, turned, 0, 0)
    return b"\xff\xe1" + pack(">H", len(body) + 2) + body


def _webp(data: bytes) -> bytes:
    end = 8 + unpack("<I", data[4:8])[0]
    kept, at = [b"WEBP"], 12
    while at < end:
        kind, length = unpack_from("<4sI", data, at)
        after = at + 8 + length + length % 2
        if after > min(end, len(data)):
            raise ValueError
        if kind == b"VP8X":
            kept.append(data[at : at + 8] + bytes([data[at + 8] & ~_EXIF_AND_XMP]) + data[at + 9 : after])
        elif kind in _WEBP_KEPT:
            kept.append(data[at:after])
        at = after
    body = b"".join(kept)
    return b"RIFF" + pack("<I", len(body)) + body


def _gif(data: bytes) -> bytes:
    at = 13 + colours(data[10])
    kept = [data[:at]]
    while data[at] != 0x3B:
        if data[at] == 0x2C:
            end = after_blocks(data, at + 11 + colours(data[at + 9]))
            keep = True
        elif data[at] == 0x21:
            end = after_blocks(data, at + 2)
            keep = data[at + 1] == 0xF9 or (data[at + 1] == 0xFF and data[at + 3 : at + 14] in _GIF_APPLICATIONS)
        else:
            raise ValueError
        if keep:
            kept.append(data[at:end])
        at = end
    return b"".join(kept) + b"\x3b"
