"""Behind a proxy that serves us below a path and takes it away, as docs/install.md has it."""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path
from typing import Any

import httpx2
import pytest
from answerback.app.build import build_app
from answerback.clock import SystemClock
from answerback.settings import load_settings
from answerback.sites.store import add_site

from tests.services import migrated_sqlite, write_to

pytestmark = pytest.mark.anyio
HOST, BELOW, BLOG = "https://example.com", "/comments", "https://blog.example"
SIGN_IN = f"/sign-in/?site=demo&origin={BLOG}&return_to={BLOG}/&nonce={'n' * 22}&challenge={'c' * 43}"


@pytest.fixture
async def browser(tmp_path: Path) -> AsyncIterator[httpx2.AsyncClient]:
    shutil.copy(migrated_sqlite(), tmp_path / "answerback.db")
    write_to(f"sqlite:///{tmp_path}/answerback.db", lambda: add_site("demo", {"origins": BLOG}, SystemClock().now()))
    settings = {"ANSWERBACK_DATA_DIR": str(tmp_path), "ANSWERBACK_PUBLIC_URL": HOST + BELOW}
    app = build_app(load_settings(settings, dotenv=None))

    async def proxy(scope: Any, receive: Any, send: Any) -> None:
        assert scope["path"].startswith(f"{BELOW}/"), scope["path"]
        path = {name: scope[name][len(BELOW) :] for name in ("path", "raw_path")}
        await app({**scope, **path}, receive, send)

    async with (
        app.routes.router.lifespan_context(app.routes),
        httpx2.AsyncClient(transport=httpx2.ASGITransport(proxy), base_url=HOST) as client,
    ):
        yield client


@pytest.mark.parametrize("path", ["/admin/sign-in/", "/t/?site=demo&page=/a", SIGN_IN, "/account/?site=demo", "/"])
async def test_pages_lead_nowhere_else(browser: httpx2.AsyncClient, path: str) -> None:
    response = await browser.get(BELOW + path, follow_redirects=True)
    assert response.status_code == 200
    ways = [unescape(way) for way in re.findall(r'(?:href|src|action)="([^"]+)"', response.text)]
    inside = [way for way in ways if not way.startswith(("#", "?", BLOG, f"{HOST}{BELOW}/"))]
    assert inside
    for way in inside:
        assert way.startswith(f"{BELOW}/"), way
    for way in inside:
        if "/assets/" in way:
            assert (await browser.get(way)).status_code == 200


async def test_widget_and_api_are_there(browser: httpx2.AsyncClient) -> None:
    assert (await browser.get(f"{BELOW}/answerback.js")).status_code == 200
    thread = await browser.get(f"{BELOW}/api/comments/?site=demo&page=/a", headers={"Origin": BLOG})
    assert thread.json()["total"] == 0
    feed = (await browser.get(f"{BELOW}/api/feed/?site=demo&format=json")).json()
    assert feed["feed_url"].startswith(f"{HOST}{BELOW}/api/feed/")
