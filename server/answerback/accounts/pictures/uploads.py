"""A form with one file in it: small, capped, without a part in a part, and nothing touches the disk."""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress

from starlette.requests import Request

from ...errors import BadRequest, TooLarge, WrongMediaType
from ...net.http import RECEIVE_SECONDS, read_body
from .images import MOST_BYTES

FORM_BYTES, FIELDS, HEAD_BYTES = MOST_BYTES + 16 * 1024, 20, 1_000
# What a phone makes of a picture: read to its end, so that the browser hears the answer instead of a broken line.
DRAINED_BYTES = 16 * 1024 * 1024
_BOUNDARY = re.compile(r'; *boundary=(?:"([^"]{1,70})"|([^\s";]{1,70}))', re.IGNORECASE)
_NAME = re.compile(rb'^content-disposition: *form-data;[^\r\n]*?[; ]name="([^"\r\n]*)"', re.IGNORECASE | re.MULTILINE)
_FILE = re.compile(rb'^content-disposition:[^\r\n]*[; ]filename="', re.IGNORECASE | re.MULTILINE)


async def read_upload(request: Request) -> tuple[dict[str, str], bytes]:
    """The text fields and the bytes of the one file. Raises an AppError, TooLarge once the rest was passed over."""
    kind = request.headers.get("content-type", "")
    if kind.partition(";")[0].strip().lower() != "multipart/form-data":
        raise WrongMediaType("unsupported_media_type", "A picture is sent as multipart/form-data.")
    try:
        body = await read_body(request, FORM_BYTES)
    except TooLarge:
        await _drain(request)
        raise
    boundary = _BOUNDARY.search(kind)
    if boundary is None:
        raise BadRequest("validation_failed", "The form cannot be read.")
    return _read_parts(b"\r\n" + body, b"\r\n--" + (boundary[1] or boundary[2]).encode("latin-1"))


def _read_parts(body: bytes, delimiter: bytes) -> tuple[dict[str, str], bytes]:
    """Fields and file between the delimiters, as browsers write them (RFC 7578): a head of a few lines, and content."""
    fields: dict[str, str] = {}
    file = b""
    for part in body.split(delimiter, FIELDS)[1:]:
        head, blank, content = part.partition(b"\r\n\r\n")
        name = _NAME.search(head[:HEAD_BYTES])
        if not blank or not name:
            continue
        if _FILE.search(head[:HEAD_BYTES]):
            file = content
        else:
            fields[name[1].decode("utf-8", "replace")] = content.decode("utf-8", "replace").replace("\x00", "")
    return fields, file


async def _drain(request: Request) -> None:
    size = 0
    with suppress(TimeoutError, RuntimeError):  # the latter: there was no more
        async with asyncio.timeout(RECEIVE_SECONDS):
            async for part in request.stream():
                size += len(part)
                if size > DRAINED_BYTES:
                    return
