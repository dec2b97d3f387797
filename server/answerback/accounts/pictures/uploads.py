"""Parses an upload form with one file: size-limited, in memory only."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import suppress

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from ...errors import BadRequest, TooLarge, WrongMediaType
from ...net.http import RECEIVE_SECONDS, read_body
from .images import MOST_BYTES

FORM_BYTES, FIELDS = MOST_BYTES + 16 * 1024, 20
# The size of a phone's photo: read to the end, so that the browser gets a response and no reset connection.
DRAINED_BYTES = 16 * 1024 * 1024
# A malformed form is answered; it need not be logged.
logging.getLogger("python_multipart").setLevel(logging.ERROR)


class _Parser(MultiPartParser):
    spool_max_size = 2 * FORM_BYTES  # never reached, so no file is written


async def read_upload(request: Request) -> tuple[dict[str, str], bytes]:
    """The form's text fields and the bytes of its one file. Raises an AppError; TooLarge only after draining the
    body."""
    kind = request.headers.get("content-type", "")
    if kind.partition(";")[0].strip().lower() != "multipart/form-data":
        raise WrongMediaType("unsupported_media_type", "A picture must be sent as multipart/form-data.")
    try:
        body = await read_body(request, FORM_BYTES)
    except TooLarge:
        await _drain(request)
        raise
    parser = _Parser(request.headers, _whole(body), max_files=1, max_fields=FIELDS, max_part_size=FORM_BYTES)
    try:
        form = await parser.parse()
    except MultiPartException:
        raise BadRequest("validation_failed", "The form cannot be read.") from None
    try:
        parts = form.multi_items()
        fields = {name: text.replace("\x00", "") for name, text in parts if isinstance(text, str)}
        files = [await file.read() for _, file in parts if isinstance(file, UploadFile)]
    finally:
        await form.close()
    return fields, files[0] if files else b""


async def _whole(body: bytes) -> AsyncGenerator[bytes]:
    yield body


async def _drain(request: Request) -> None:
    size = 0
    with suppress(TimeoutError, RuntimeError):  # RuntimeError: the body was read already
        async with asyncio.timeout(RECEIVE_SECONDS):
            async for part in request.stream():
                size += len(part)
                if size > DRAINED_BYTES:
                    return
