"""A static file server as an ASGI application, with the URL conventions of static hosts."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

Rewrite = Callable[[str, str, bytes], bytes]
"""Takes a request's path, a file's media type and its body; returns the body to send."""


class StaticSite:
    """Serves the files of `folder`: `/a/` is a/index.html, `/a` redirects there or is a.html; a missing file is
    404.html. `base` is the path that the site is mounted at, without a trailing slash; `/` redirects there. `headers`
    are added by path."""

    def __init__(
        self, folder: Path, rewrite: Rewrite, base: str = "", headers: Mapping[str, Mapping[str, str]] | None = None
    ) -> None:
        self._folder = folder.resolve()
        self._rewrite = rewrite
        self._base = base
        self._headers = headers or {}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """ASGI: sends the file that the path names, a redirect, or a 404."""
        if scope["type"] != "http":
            return
        path: str = scope["path"]
        if self._base and path in ("/", self._base):
            await _redirect(send, 302, f"{self._base}/")
            return
        below = path.removeprefix(self._base)
        file = self._file(below)
        if file is None and not below.endswith("/") and self._file(f"{below}/"):
            await _redirect(send, 301, f"{path}/")
            return
        missing = self._file("/404.html") if file is None else None
        if shown := file or missing:
            kind = mimetypes.guess_type(shown.name)[0] or "application/octet-stream"
            body = self._rewrite(path, kind, shown.read_bytes())
        else:
            kind, body = "text/plain", b"not found"
        await _respond(send, 200 if file else 404, kind, body, self._headers.get(below, {}))

    def _file(self, path: str) -> Path | None:
        """The file for a path, or None; never one outside the folder."""
        names = [f"{path}index.html"] if path.endswith("/") else [path, f"{path}.html"]
        for name in names:
            file = (self._folder / name.lstrip("/")).resolve()
            if file.is_relative_to(self._folder) and file.is_file():
                return file
        return None


async def _redirect(send: Any, status: int, path: str) -> None:
    await _respond(send, status, "text/plain", b"", {"location": quote(path)})


async def _respond(send: Any, status: int, kind: str, body: bytes, headers: Mapping[str, str]) -> None:
    if kind.startswith("text/") and is_utf8(body):
        kind += "; charset=utf-8"
    raw = [(b"content-type", kind.encode()), (b"content-length", b"%d" % len(body))]
    raw += [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})


def is_utf8(body: bytes) -> bool:
    """Whether the bytes are UTF-8; a page in another encoding declares its own."""
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True
