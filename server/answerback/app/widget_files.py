"""The built widget's files: the loader is revalidated often, its parts are named by content and immutable."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ..errors import NotFound
from ..net.http import problem
from ..web.static_files import FOREVER, SHORT, TYPES, StaticFile, read_file, send

STATIC = Path(__file__).parents[1] / "static"
_PART = re.compile(r"([a-z-]+)-[0-9a-f]+\.(?:js|css)")


@cache
def _parts() -> dict[str, StaticFile]:
    found = (path for path in sorted((STATIC / "answerback").iterdir()) if path.suffix in TYPES)
    return {path.name: read_file(path) for path in found}


@cache
def _loader() -> StaticFile:
    return read_file(STATIC / "answerback.js")


def _named(file: str) -> str:
    """A part's name without the digest of its content."""
    matched = _PART.fullmatch(file)
    return matched[1] if matched else ""


async def loader(request: Request) -> Response:
    """`GET /answerback.js`, and `GET /v1/answerback.js`, which stays until pages need a different tag."""
    try:
        return send(request, _loader(), SHORT, shared=True)
    except FileNotFoundError:
        return problem(NotFound("not_found", "The widget has not been built. Run make setup."))


async def part(request: Request) -> Response:
    """`GET /answerback/<part>`: after an update, a loader cached before it gets the current part."""
    name = str(request.path_params["name"])
    matched = _PART.fullmatch(name)
    if matched is None:
        return problem(NotFound())
    parts = _parts()
    if name in parts:
        return send(request, parts[name], FOREVER, shared=True)
    todays = next((file for other, file in parts.items() if _named(other) == matched[1]), None)
    return send(request, todays, SHORT, shared=True) if todays else problem(NotFound())


ROUTES = [
    Route("/answerback.js", loader), Route("/v1/answerback.js", loader), Route("/answerback/{name}", part),
]  # fmt: skip
