"""Style sheets and scripts of our own pages: every file in a folder `assets`, under an address of its content."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ..errors import NotFound
from ..net.http import problem

PACKAGE = Path(__file__).parents[1]
TYPES = {".css": "text/css", ".js": "text/javascript"}
SHORT, FOREVER = "public, max-age=300", "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is sent; `version` changes with its content."""

    body: bytes
    media_type: str
    version: str


@cache
def assets() -> dict[str, Asset]:
    """All files by name. They are read once: what is on disk changes with an update, which restarts the server."""
    paths = sorted(path for path in PACKAGE.glob("*/**/assets/*") if path.suffix in TYPES)
    return {path.name: _read(path) for path in paths}


def _read(path: Path) -> Asset:
    body = path.read_bytes()
    return Asset(body, TYPES[path.suffix], hashlib.sha256(body).hexdigest()[:10])


def asset_path(name: str) -> str:
    """Where this file is read, below our base."""
    return f"/assets/{name}?v={assets()[name].version}"


async def serve(request: Request) -> Response:
    """`GET /assets/<name>?v=`: kept for good under its version, looked at again soon without."""
    asset = assets().get(str(request.path_params["name"]))
    if asset is None:
        return problem(NotFound())
    headers = {
        "Cache-Control": FOREVER if request.query_params.get("v") == asset.version else SHORT,
        "Cross-Origin-Resource-Policy": "same-origin",
        "ETag": f'"{asset.version}"',
        "X-Content-Type-Options": "nosniff",
    }
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(asset.body, headers=headers, media_type=asset.media_type)


ROUTES = [Route("/assets/{name}", serve, methods=["GET", "HEAD"])]
