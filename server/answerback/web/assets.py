"""Style sheets and scripts of our pages: files in folders named `assets`, versioned by content."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ..errors import NotFound
from ..net.http import problem
from .static_files import FOREVER, SHORT, TYPES, StaticFile, read_file, send

PACKAGE = Path(__file__).parents[1]


@cache
def assets() -> dict[str, StaticFile]:
    """All files by name. Read once, since they change only with an update, which restarts the server."""
    paths = sorted(path for path in PACKAGE.glob("*/**/assets/*") if path.suffix in TYPES)
    return {path.name: read_file(path) for path in paths}


def asset_path(name: str) -> str:
    """A file's versioned path, below our base."""
    return f"/assets/{name}?v={assets()[name].version}"


async def serve(request: Request) -> Response:
    """`GET /assets/<name>?v=`: cached forever with its version, revalidated soon without."""
    asset = assets().get(str(request.path_params["name"]))
    if asset is None:
        return problem(NotFound())
    return send(request, asset, FOREVER if request.query_params.get("v") == asset.version else SHORT)


ROUTES = [Route("/assets/{name}", serve, methods=["GET", "HEAD"])]
