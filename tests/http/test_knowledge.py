"""What is known of a site, in the owner's pages: through the real application, which reads a real site beside it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest
from answerback.accounts.owners import add_owner_with_link
from answerback.app.build import Overrides, build_app
from answerback.clock import SteppedClock, SystemClock
from answerback.db.database import Database
from answerback.knowledge.index.search import SiteIndex
from answerback.settings import load_settings
from answerback.sites.store import add_site, change_site

from tests.knowledge.serving import WebSite, page
from tests.migrations.databases import fetch
from tests.services import wait_until

pytestmark = pytest.mark.anyio
OWN = "http://localhost:8000"
PASSWORD = "correct horse battery"


@dataclass
class QuestionIntake:
    """An owner's browser, and the site that is theirs."""

    web: WebSite
    db: Database
    browser: httpx2.AsyncClient
    clock: SteppedClock

    async def send(self, path: str, **fields: str) -> Any:
        headers = {"Origin": OWN, "Content-Type": "application/x-www-form-urlencoded"}
        return await self.browser.post(path, content=urlencode(fields), headers=headers)

    async def sign_in(self, email: str) -> None:
        answer = await self.send("/admin/sign-in/", email=email, password=PASSWORD)
        self.browser.headers["Cookie"] = answer.headers["set-cookie"].partition(";")[0]

    async def shown(self, **query: str) -> str:
        answer = await self.browser.get("/admin/knowledge/", params=query)
        assert answer.status_code == 200
        return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.text)))

    async def token(self) -> str:
        found = re.search(r'name="token" value="([0-9a-f]+)"', (await self.browser.get("/admin/knowledge/")).text)
        assert found
        return found[1]

    async def shows(self, text: str, **query: str) -> str:
        """What is shown once no crawl is under way any more: a text is in it."""
        await asyncio.to_thread(wait_until, lambda: not fetch(self.db.url, "SELECT id FROM jobs WHERE kind = 'crawl'"))
        shown = await self.shown(**query)
        assert text in shown
        return shown


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[QuestionIntake]:
    clock = SteppedClock(SystemClock().now())
    settings = load_settings({"ANSWERBACK_DATA_DIR": str(tmp_path), "ANSWERBACK_PROVIDER": "off"}, dotenv=None)
    app = build_app(settings, Overrides(clock=clock, crawl_pace=0))
    now = clock.now()
    with WebSite.start() as web:
        web.pages["/"] = page("Harbour <bakery>", "Welcome to the harbour.", links=("/hours", "/secret"))
        web.pages["/hours"] = page("Opening hours", "We open at nine on Saturdays.")
        web.pages["/secret"] = page("Secret", "Not for you.", head='<meta name="robots" content="noindex">')
        async with app.routes.router.lifespan_context(app.routes):
            db = Database(settings.database_url)
            await db.connect()
            for key in ("harbour", "other"):
                texts = {"origins": web.origin if key == "harbour" else "https://other.example", "crawl": "false"}
                await db.write(lambda key=key, texts=texts: add_site(key, texts, now))
            await add_owner_with_link(db, "one@example.com", ["harbour"], PASSWORD)
            await add_owner_with_link(db, "two@example.com", ["other"], PASSWORD)
            async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=OWN) as browser:
                desk = QuestionIntake(web, db, browser, clock)
                clock.advance(seconds=3)  # the directory of sites looks again
                await desk.sign_in("one@example.com")
                yield desk
            await db.close()


async def test_owner_starts_a_crawl_and_sees_its_result(desk: QuestionIntake) -> None:
    first = await desk.shown()
    assert "Not read yet. Read only when you ask for it." in first
    assert "No page of this site has been read yet" in first
    token = await desk.token()
    sent = await desk.send("/admin/knowledge/harbour/read/", token=token)
    assert (sent.status_code, sent.headers["location"]) == (303, "/admin/knowledge/?site=harbour")
    shown = await desk.shows("Last read on")
    assert "2 pages in use, with 2 passages." in shown
    assert "asks not to be indexed 1" in shown
    assert "Harbour <bakery>" in shown
    only = await desk.shown(status="noindex")
    assert f"{desk.web.origin}/secret" in only
    assert "Opening hours" not in only
    assert "Opening hours" in await desk.shown(q="OPENING")
    assert "No page fits this" in await desk.shown(q="100%_")


async def test_a_page_is_forgotten_and_read_again(desk: QuestionIntake) -> None:
    token = await desk.token()
    await desk.send("/admin/knowledge/harbour/read/", token=token)
    await desk.shows("2 pages in use")
    url, index = f"{desk.web.origin}/hours", SiteIndex(desk.db)
    sent = await desk.send("/admin/knowledge/harbour/forget/", token=token, url=url, q="hours")
    assert sent.headers["location"] == "/admin/knowledge/?site=harbour&q=hours"
    assert "removed by you 1" in await desk.shown()
    assert await index.search("harbour", "When do you open on Saturdays?") == []
    await desk.send("/admin/knowledge/harbour/read/", token=token, url=url)
    await desk.shows("2 pages in use")
    assert [p.url for p in await index.search("harbour", "When do you open on Saturdays?")] == [url]
    await desk.send("/admin/knowledge/harbour/forget/", token=token)
    assert "0 pages in use" in await desk.shown()
    assert await index.search("harbour", "When do you open on Saturdays?") == []


async def test_failed_crawl_says_why(desk: QuestionIntake) -> None:
    desk.web.pages["/robots.txt"] = (503, {}, b"")
    await desk.send("/admin/knowledge/harbour/read/", token=await desk.token())
    await desk.shows("robots.txt could not be read")


async def test_site_is_crawled_by_itself_where_allowed(desk: QuestionIntake) -> None:
    desk.clock.advance(seconds=1)
    now = desk.clock.now()
    await desk.db.write(lambda: change_site("harbour", {"crawl": "true"}, now))
    desk.clock.advance(seconds=3)
    await desk.send("/admin/knowledge/harbour/read/", token=await desk.token())
    assert "2 pages in use" in await desk.shows("Next on")


async def test_only_owners_start_a_crawl(desk: QuestionIntake) -> None:
    token = await desk.token()
    url = f"{desk.web.origin}/hours"
    for path in ("/admin/knowledge/harbour/read/", "/admin/knowledge/harbour/forget/"):
        assert (await desk.send(path, token="0" * 64)).status_code == 403
        assert (await desk.send(path, token=token, url=f"{url}/none")).status_code == 404
    assert (await desk.send("/admin/knowledge/other/read/", token=token)).status_code == 404
    assert (await desk.browser.get("/admin/knowledge/", params={"site": "other"})).status_code == 404
    assert (await desk.browser.get("/admin/knowledge/", params={"status": "odd"})).status_code == 400
    evil = {"Origin": "https://evil.example", "Content-Type": "application/x-www-form-urlencoded"}
    body = urlencode({"token": token})
    answer = await desk.browser.post("/admin/knowledge/harbour/forget/", content=body, headers=evil)
    assert answer.status_code == 403
    del desk.browser.headers["Cookie"]
    for method, path in (("GET", "/admin/knowledge/"), ("POST", "/admin/knowledge/harbour/read/")):
        headers = {"Origin": OWN, "Content-Type": "application/x-www-form-urlencoded"}
        away = await desk.browser.request(method, path, headers=headers)
        assert (away.status_code, away.headers["location"]) == (303, "/admin/sign-in/")
    assert await desk.db.fetch_all("SELECT * FROM site_crawls") == []


async def test_page_list_is_paged(desk: QuestionIntake) -> None:
    links = tuple(f"/p{number:03}" for number in range(54))
    desk.web.pages["/"] = page("Home", "Welcome.", links=links)
    for number, link in enumerate(links):
        desk.web.pages[link] = page(f"Title {number:03}", f"Page number {number} is here.")
    await desk.send("/admin/knowledge/harbour/read/", token=await desk.token())
    await desk.shows("55 pages in use")
    first = await desk.browser.get("/admin/knowledge/")
    assert len(re.findall("<tr>", first.text)) == 51
    more = re.search(r'href="([^"]+)" rel="next"', first.text)
    assert more
    rest = await desk.browser.get(unescape(more[1]))
    assert len(re.findall("<tr>", rest.text)) == 6
    assert "Title 053" in rest.text
