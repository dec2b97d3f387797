"""A server of ten thousand sites: its owner's pages open, and a visitor's call costs what it does on a small one."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from urllib.parse import urlencode

import httpx2
import pytest
from answerback.accounts.owners import add_owner_with_link
from answerback.app.build import Overrides, build_app
from answerback.clock import SteppedClock
from answerback.db.database import Database
from answerback.db.work import Work, run
from answerback.settings import load_settings
from answerback.sites.store import add_site

from tests.long_threads import NOW, comment, furnish

pytestmark = pytest.mark.anyio
OWN = "http://localhost:8000"
PASSWORD = "correct horse battery"
SITES = 10_000


def many_sites() -> Work[None]:
    yield run(
        """INSERT INTO sites (key, settings, created_at, updated_at)
        WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < CAST(:most AS BIGINT))
        SELECT 'site-' || CAST(n AS TEXT), '{"origins":"https://' || CAST(n AS TEXT) || '.example","timezone":"'
            || CASE n % 3 WHEN 0 THEN 'UTC' WHEN 1 THEN 'Asia/Seoul' ELSE 'America/New_York' END || '"}', 1, 1
        FROM numbers""",
        most=SITES - 1,
    )
    yield from add_site("one", {"origins": "https://one.example"}, NOW)
    yield from furnish([comment("first"), comment("second", site="site-1")])
    yield run(
        """INSERT INTO budget_alerts (site, day, budget, used, most, at)
        SELECT key, '2026-09-21', 'answers', 9, 10, 1 FROM sites WHERE key <> 'one'"""
    )


async def test_owner_pages_open_with_ten_thousand_sites(database: Database, tmp_path: Path) -> None:
    await database.write(many_sites)
    await add_owner_with_link(database, "all@example.com", [], PASSWORD)
    settings = load_settings(
        {"ANSWERBACK_DATA_DIR": str(tmp_path), "ANSWERBACK_DATABASE_URL": database.url, "ANSWERBACK_PROVIDER": "off"},
        dotenv=None,
    )
    app = build_app(settings, Overrides(clock=SteppedClock(NOW)))
    async with (
        app.routes.router.lifespan_context(app.routes),
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=OWN) as browser,
    ):
        sent = {"Origin": OWN, "Content-Type": "application/x-www-form-urlencoded"}
        fields = urlencode({"email": "all@example.com", "password": PASSWORD})
        signed_in = await browser.post("/admin/sign-in/", content=fields, headers=sent)
        browser.headers["Cookie"] = signed_in.headers["set-cookie"].partition(";")[0]
        log = await browser.get("/admin/")
        assert set(re.findall(r'<article id="e-([^"]+)"', log.text)) == {"first", "second"}
        for path in set(re.findall(r'href="(/admin/(?:\w+/)?)"', log.text)):
            async with asyncio.timeout(20):  # most take a tenth of a second; asking site by site took twice this
                assert (await browser.get(path)).status_code == 200, path
        knowledge = (await browser.get("/admin/knowledge/?site=site-9")).text
        assert (knowledge.count("<article"), "https://9.example" in knowledge) == (1, True)
        counts = await browser.get("/api/counts/?site=site-1&page=/a")
        assert counts.json() == {"counts": {"/a": 1}}
