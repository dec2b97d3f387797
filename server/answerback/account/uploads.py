"""A form with one file in it, read with the standard library: small, capped, and nothing touches the disk."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import HTTP

from starlette.requests import Request

from ..errors import BadRequest, TooLarge, WrongMediaType
from ..http import RECEIVE_SECONDS, read_body
from .images import MOST_BYTES

FORM_BYTES, FIELDS = MOST_BYTES + 16 * 1024, 20
# What a phone makes of a picture: read to its end, so that the browser hears the answer instead of a broken line.
DRAINED_BYTES = 16 * 1024 * 1024


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
    try:
        head = b"Content-Type: " + kind.encode("ascii") + b"\r\n\r\n"
        message = BytesParser(EmailMessage, policy=HTTP).parsebytes(head + body)
    except (ValueError, UnicodeError):
        raise BadRequest("validation_failed", "The form cannot be read.") from None
    fields: dict[str, str] = {}
    file = b""
    for part in list(message.iter_parts())[:FIELDS] if message.is_multipart() else []:
        content = part.get_payload(decode=True) if not part.is_multipart() else b""
        name = part.get_param("name", header="content-disposition")
        if not isinstance(name, str) or not isinstance(content, bytes):
            continue
        if part.get_filename() is not None:
            file = content
        else:
            fields[name] = content.decode("utf-8", "replace").replace("\x00", "")
    return fields, file


async def _drain(request: Request) -> None:
    size = 0
    with suppress(TimeoutError):
        async with asyncio.timeout(RECEIVE_SECONDS):
            async for part in request.stream():
                size += len(part)
                if size > DRAINED_BYTES:
                    return
