"""What a crawl has come to, as its owner reads it; and what is kept of pages that visitors have had read."""

from __future__ import annotations

import json
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from answerback.clock import SteppedClock
from answerback.core.grounding.passages import Block
from answerback.db.database import Database
from answerback.knowledge.store import MOST_ASKED_BYTES, PageText, keep_page_text, page_text

from tests.http.signing import rows
from tests.http.test_corrections import sign_in
from tests.knowledge.serving import Answer, Request, WebSite, page
from tests.services import Server, Site, migrated_sqlite

pytestmark = pytest.mark.anyio
SECRET = "Authorization: Basic c2VjcmV0OnNlY3JldA=="


@pytest.fixture
def web() -> Iterator[WebSite]:
    with WebSite.start() as site:
        site.pages["/"] = page("Home", "Welcome to the harbour.", links=("/closed", "/hours"))
        site.pages["/closed"] = (403, {}, b"")
        site.pages["/hours"] = page("Hours", "We open at nine on Saturdays.")
        yield site


@pytest.fixture
def server(web: WebSite, tmp_path: Path) -> Iterator[Server]:
    with Server.start(tmp_path, Site(web.origin, tmp_path), crawl="false") as running:
        yield running


def test_command_and_owners_page_tell_what_was_not_read(server: Server, web: WebSite) -> None:
    done = server.command("site", "crawl", "demo", "--json")
    assert json.loads(done.stdout)["reasons"] == {"http 403": {"count": 1, "examples": [f"{web.origin}/closed"]}}
    assert f"1  answered with status 403: {web.origin}/closed" in done.stderr
    assert "set crawl_header" in done.stderr
    with sign_in(server, "owner@example.com", "demo") as owner:
        shown = " ".join(owner.read("/admin/knowledge/").text.split())
    assert "1 answered with status 403" in shown and "set crawl_header" in shown
    web.pages["/"] = web.pages["/hours"] = (403, {}, b"")
    failed = server.command("site", "crawl", "demo", check=False)
    assert (failed.returncode, "2 pages of demo in use" in failed.stderr) == (1, True)


def test_most_of_a_sitemap_elsewhere_names_the_origin_to_add(server: Server, web: WebSite) -> None:
    there = "".join(f"<url><loc>https://www.harbour.example/p{number}</loc></url>" for number in range(20))
    web.pages["/sitemap.xml"] = (200, {"Content-Type": "application/xml"}, f"<urlset>{there}</urlset>".encode())
    done = server.command("site", "crawl", "demo", check=False)
    assert done.returncode == 1
    assert "answerback site set demo origins+=https://www.harbour.example" in done.stderr
    with sign_in(server, "sitemap@example.com", "demo") as owner:
        assert "https://www.harbour.example (20 addresses)" in owner.read("/admin/knowledge/").text


def test_header_of_a_site_is_never_shown(server: Server, web: WebSite, capfd: pytest.CaptureFixture[str]) -> None:
    def guarded(request: Request) -> Answer:
        allowed = request.headers.get("authorization") == SECRET.partition(": ")[2]
        return (200, {"Content-Type": "text/html"}, b"<main><p>Open daily.</p></main>") if allowed else (401, {}, b"")

    web.pages["*"] = web.pages["/"] = guarded
    done = server.command("site", "set", "demo", "crawl_header=-", stdin=SECRET + "\n", check=False)
    assert done.returncode == 0, done.stderr
    said = server.command("site", "crawl", "demo", "--json")
    assert json.loads(said.stdout)["pages"] == 1
    listed = [server.command("site", "show", "demo", *how).stdout for how in ((), ("--json",))]
    listed += [server.command("site", "list", "--json").stdout, said.stdout, said.stderr]
    bad = server.command("site", "set", "demo", "crawl_header=Host: x.example", check=False)
    assert bad.returncode != 0
    for text in (*listed, *capfd.readouterr(), str(server.call("GET", "/api/session/?site=demo&page=/").json)):
        assert "c2VjcmV0" not in text
    assert "crawl_header=(set)" in listed[0]
    assert SECRET in rows(server, "SELECT settings FROM sites")[0][0]


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    path = tmp_path / "texts.db"
    shutil.copy(migrated_sqlite(), path)
    database = Database(f"sqlite:///{path}")
    await database.connect()
    yield database
    await database.close()


async def test_texts_kept_for_visitors_have_a_limit_in_bytes(db: Database) -> None:
    clock = SteppedClock()

    async def keep(name: str, *, asked: bool) -> None:
        clock.advance(seconds=1)
        blocks = (Block("x" * (MOST_ASKED_BYTES // 4)),)
        text = PageText("demo", f"https://a.example/{name}", "", "", blocks, name, "", "", "ok", clock.now(), asked)
        await db.write(lambda: keep_page_text(text))

    await keep("crawled", asked=False)
    for number in range(6):
        await keep(str(number), asked=True)
    kept = await db.fetch_all("SELECT url FROM page_texts ORDER BY fetched_at")
    assert [row["url"].rpartition("/")[2] for row in kept] == ["crawled", "3", "4", "5"]
    await keep("crawled", asked=True)
    assert await page_text(db, "demo", "https://a.example/crawled") is not None
