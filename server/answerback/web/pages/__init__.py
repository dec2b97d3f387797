"""The pages on which visitors sign in and look after their account: one frame, one style, without a script."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response

if TYPE_CHECKING:
    from jinja2 import Environment

FOLDER = Path(__file__).parent
TEMPLATES = FOLDER / "templates"


@cache
def environment(*folders: Path) -> Environment:
    """Templates of these folders, with the frame that all share; everything is escaped."""
    # Imported at the first page: a server that nobody signs in to does not pay for it.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader([*folders, TEMPLATES]), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip


def render(template: str, **values: Any) -> str:
    """A page of this folder as HTML. The frame wants base, lang, title, site_name, done and problem."""
    return environment().get_template(template).render(**values)


def asset(path: Path, media_type: str) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint that gives a file of ours."""

    async def serve(request: Request) -> Response:
        body = await asyncio.to_thread(path.read_bytes)
        headers = {"Cache-Control": "public, max-age=300", "X-Content-Type-Options": "nosniff"}
        return Response(body, headers=headers, media_type=media_type)

    return serve


def language_of(request: Request, site_lang: str, asked: str = "") -> str:
    """`ko` or `en`: as asked, else the site's, else the browser's."""
    accepted = re.split(r"[,;]", request.headers.get("accept-language", ""))[0].strip()
    for lang in (asked, site_lang, accepted):
        if lang:
            return "ko" if lang.lower().startswith("ko") else "en"
    return "en"
