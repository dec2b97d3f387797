"""The tag that puts a site's comments on a page."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from ..settings import Settings

LOADER = Path(__file__).parents[1] / "static" / "answerback.js"


def snippet(settings: Settings, key: str, *, integrity: bool = False) -> str:
    """The HTML to paste into a page; with `integrity`, browsers run only this version of the script."""
    if integrity:
        digest = base64.b64encode(hashlib.sha384(LOADER.read_bytes()).digest()).decode()
        pinned = f'integrity="sha384-{digest}" crossorigin="anonymous"'
        return f'<script src="{settings.public_url}/v1/answerback.js" {pinned} data-site="{key}" async></script>'
    return f'<script src="{settings.public_url}/answerback.js" data-site="{key}" async></script>'
