"""The demo: our server, and a plain site on another origin that has nothing but the script tag."""

from __future__ import annotations

import json
import mimetypes
from pathlib import Path
from typing import Any

SITE_KEY = "demo"
PLACEHOLDER = "http://localhost:8000"
_PACKED = Path(__file__).parents[2] / "demo_site"
SITE_FOLDER = _PACKED if _PACKED.is_dir() else Path(__file__).parents[4] / "demo_site"
"""The demo's pages: within the wheel, or beside this project's other folders."""


class DemoSite:
    """A static file server as an ASGI application, as plain as an owner's own would be.

    It knows only two things more: our server's real address goes where the pages say `http://localhost:8000`, and
    `headers.json` names the headers that some pages are served with (a strict CSP).
    """

    def __init__(self, folder: Path, public_url: str) -> None:
        self._folder = folder.resolve()
        self._public_url = public_url
        path = folder / "headers.json"
        self._headers: dict[str, dict[str, str]] = json.loads(path.read_text("utf-8")) if path.is_file() else {}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """ASGI: send the file that the path names, or a 404."""
        if scope["type"] != "http":
            return
        path = scope["path"] + ("index.html" if scope["path"].endswith("/") else "")
        file = (self._folder / path.lstrip("/")).resolve()
        if not file.is_relative_to(self._folder) or not file.is_file() or file.name == "headers.json":
            await self._send(send, 404, "text/plain; charset=utf-8", b"not found", {})
            return
        body = file.read_bytes()
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        if kind.startswith("text/"):
            body = body.replace(PLACEHOLDER.encode(), self._public_url.encode())
            kind += "; charset=utf-8"
        extra = self._headers.get(path, {}) | self._headers.get(scope["path"], {})
        headers = {name: value.replace(PLACEHOLDER, self._public_url) for name, value in extra.items()}
        await self._send(send, 200, kind, body, headers)

    async def _send(self, send: Any, status: int, kind: str, body: bytes, headers: dict[str, str]) -> None:
        raw = [(b"content-type", kind.encode()), (b"content-length", b"%d" % len(body))]
        raw += [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": status, "headers": raw})
        await send({"type": "http.response.body", "body": body})
