"""Style sheets and scripts of our own pages and of the widget, as browsers keep them."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import httpx2
import pytest
from answerback.app.build import build_app
from answerback.settings import load_settings
from answerback.web.assets import PACKAGE, asset_path, assets
from answerback.web.static_files import FOREVER, SHORT, TYPES

pytestmark = pytest.mark.anyio


async def get(folder: Path, path: str, **headers: str) -> httpx2.Response:
    app = build_app(load_settings({"ANSWERBACK_DATA_DIR": str(folder)}, dotenv=None))
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost:8000") as browser:
        return await browser.get(path, headers=headers)


def test_no_two_assets_have_one_name() -> None:
    names = Counter(path.name for path in PACKAGE.glob("*/**/assets/*") if path.suffix in TYPES)
    assert names and set(names.values()) == {1}


async def test_an_asset_is_kept_for_good_under_its_version(tmp_path: Path) -> None:
    for name in assets():
        response = await get(tmp_path, asset_path(name))
        assert response.status_code == 200
        assert response.headers["cache-control"] == FOREVER
        assert response.headers["content-type"].partition(";")[0] == TYPES[Path(name).suffix]


async def test_another_version_is_looked_at_again_soon(tmp_path: Path) -> None:
    for path in ("/assets/style.css", "/assets/style.css?v=0000000000"):
        assert (await get(tmp_path, path)).headers["cache-control"] == SHORT


async def test_what_a_browser_has_is_not_sent_again(tmp_path: Path) -> None:
    tag = (await get(tmp_path, asset_path("style.css"))).headers["etag"]
    again = await get(tmp_path, "/assets/style.css", **{"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")


async def test_files_are_sent_compressed(tmp_path: Path) -> None:
    loader = (await get(tmp_path, "/answerback.js", **{"Accept-Encoding": "identity"})).text
    [every] = re.findall(r"answerback/thread-@-\w+\.js", loader)
    thread = every.replace("@", "en")
    for path in ("/answerback.js", f"/{thread}", asset_path("style.css")):
        plain = await get(tmp_path, path, **{"Accept-Encoding": "identity"})
        assert "content-encoding" not in plain.headers
        tags = {plain.headers["etag"]}
        for encoding in ("br", "gzip"):
            packed = await get(tmp_path, path, **{"Accept-Encoding": encoding})
            assert packed.headers["content-encoding"] == encoding
            assert packed.content == plain.content
            assert int(packed.headers["content-length"]) < len(plain.content) * 0.6
            assert packed.headers["vary"] == "Accept-Encoding"
            again = await get(
                tmp_path, path, **{"Accept-Encoding": encoding, "If-None-Match": f'"other", {packed.headers["etag"]}'}
            )
            assert (again.status_code, again.content) == (304, b"")
            tags.add(packed.headers["etag"])
        assert len(tags) == 3, "a strong ETag is that of the bytes"


async def test_nothing_but_assets_is_sent(tmp_path: Path) -> None:
    for name in ("nothing.css", "frame.html", "..%2F..%2Fsettings.py", "store.py"):
        assert (await get(tmp_path, f"/assets/{name}")).status_code == 404
