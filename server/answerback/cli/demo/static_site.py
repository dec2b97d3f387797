"""The demo: our server, and a plain site on another origin that has nothing but the script tag."""

from __future__ import annotations

import json
from pathlib import Path

from ..static_site import StaticSite

SITE_KEY = "demo"
PLACEHOLDER = "http://localhost:8000"
_PACKED = Path(__file__).parents[2] / "demo_site"
SITE_FOLDER = _PACKED if _PACKED.is_dir() else Path(__file__).parents[4] / "demo_site"
"""The demo's pages: inside the wheel, or beside this project's other folders."""
HEADERS = "headers.json"


class DemoSite(StaticSite):
    """Serves the demo's pages as an owner's own host would, with two additions: it replaces `http://localhost:8000`
    with our server's real address, and `headers.json` names the headers that some pages are served with (a strict CSP).
    """

    def __init__(self, folder: Path, public_url: str) -> None:
        def rewrite(path: str, kind: str, body: bytes) -> bytes:
            return body.replace(PLACEHOLDER.encode(), public_url.encode()) if kind.startswith("text/") else body

        file = folder / HEADERS
        told = json.loads(file.read_text("utf-8").replace(PLACEHOLDER, public_url)) if file.is_file() else {}
        super().__init__(folder, rewrite, headers=told)
