"""The built widget's files: the loader is checked again soon, its parts are named by their content."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ..errors import NotFound
from ..net.http import problem

STATIC = Path(__file__).parents[1] / "static"
SHORT, FOREVER = "public, max-age=300", "public, max-age=31536000, immutable"
_PART = re.compile(r"([a-z]+)-[0-9a-f]+\.js")


async def loader(request: Request) -> Response:
    """`GET /answerback.js`."""
    path = STATIC / "answerback.js"
    if not await asyncio.to_thread(path.is_file):
        return problem(NotFound("not_found", "The widget has not been built. Run make setup."))
    return await _script(path, SHORT)


async def part(request: Request) -> Response:
    """`GET /answerback/<part>`: after an update, a loader that was cached before it gets today's part."""
    name = str(request.path_params["name"])
    matched = _PART.fullmatch(name)
    if matched is None:
        return problem(NotFound())
    path = STATIC / "answerback" / name
    if await asyncio.to_thread(path.is_file):
        return await _script(path, FOREVER)
    others = await asyncio.to_thread(lambda: sorted(path.parent.glob(f"{matched[1]}-*.js")))
    return await _script(others[0], SHORT) if others else problem(NotFound())


async def _script(path: Path, cache: str) -> Response:
    headers = {
        "Access-Control-Allow-Origin": "*",
        "Cache-Control": cache,
        "Cross-Origin-Resource-Policy": "cross-origin",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(await asyncio.to_thread(path.read_bytes), headers=headers, media_type="text/javascript")


ROUTES = [Route("/answerback.js", loader), Route("/answerback/{name}", part)]
