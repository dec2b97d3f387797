"""Files that change only with an update: read once, sent compressed, and cached by clients."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import brotli
from starlette.requests import Request
from starlette.responses import Response

from ..net.encoding import accepted_encoding

TYPES = {".css": "text/css", ".js": "text/javascript"}
SHORT, FOREVER = "public, max-age=300", "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file in memory; `version` changes with its content."""

    media_type: str
    version: str
    forms: Mapping[bytes | None, bytes]
    """Its bytes by Content-Encoding; None: uncompressed."""


def read_file(path: Path) -> StaticFile:
    """Reads a file with its compressed forms: those made by the build (`.br`, `.gz`), or made now."""
    body = path.read_bytes()
    forms = {
        None: body,
        b"br": _beside(path, ".br") or brotli.compress(body, quality=9),
        b"gzip": _beside(path, ".gz") or gzip.compress(body, 9, mtime=0),
    }
    return StaticFile(TYPES[path.suffix], hashlib.sha256(body).hexdigest()[:10], forms)


def _beside(path: Path, ending: str) -> bytes | None:
    packed = path.with_name(path.name + ending)
    return packed.read_bytes() if packed.exists() else None


def send(request: Request, file: StaticFile, cache: str, *, shared: bool = False) -> Response:
    """The response to `GET` or `HEAD`. `shared`: pages of other origins may load it."""
    encoding = accepted_encoding(request.headers.get("accept-encoding", "").encode("latin-1"))
    tag = f'"{file.version}{"-" + encoding.decode() if encoding else ""}"'
    headers = {
        "Cache-Control": cache,
        "Cross-Origin-Resource-Policy": "cross-origin" if shared else "same-origin",
        "ETag": tag,
        "Vary": "Accept-Encoding",
    }
    if shared:
        headers["Access-Control-Allow-Origin"] = "*"
    known = {each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")}
    if known & {tag, "*"}:
        return Response(status_code=304, headers=headers)
    if encoding is not None:
        headers["Content-Encoding"] = encoding.decode()
    return Response(file.forms[encoding], headers=headers, media_type=file.media_type)
