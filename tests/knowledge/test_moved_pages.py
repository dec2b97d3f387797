"""A crawl that finds a page at another address offers that to the owner."""

from __future__ import annotations

import pytest
from answerback.comments.store import keep_thread
from answerback.sites import aliases_store as store

from tests.knowledge.conftest import Reading
from tests.knowledge.serving import WebSite, page

pytestmark = pytest.mark.anyio


async def suggested(reading: Reading) -> list[tuple[str, str, str]]:
    await reading.crawl()
    found = await reading.db.read(lambda: store.suggestions("demo"))
    return sorted((each.old, each.new, each.reason) for each in found)


async def test_permanent_redirects_of_threads_are_suggested(reading: Reading, web: WebSite) -> None:
    for key in ("/old/", "/temporary/"):
        await reading.db.write(lambda key=key: keep_thread("demo", key, "", "", 1))
    web.pages["/"] = page("Home", "Welcome.", links=("/old", "/temporary", "/unread"))
    for path, code in (("/old", 301), ("/temporary", 302), ("/unread", 308)):
        web.pages[path] = (code, {"Location": f"/new{path}"}, b"")
        web.pages[f"/new{path}"] = page("New", f"What was at {path} is here.")
    assert await suggested(reading) == [("/old/", "/new/old/", "redirect")]
    assert await reading.db.write(lambda: store.dismiss("demo", "/old/"))
    assert await suggested(reading) == []
    web.pages["/old"] = (308, {"Location": "/elsewhere"}, b"")
    web.pages["/elsewhere"] = page("Elsewhere", "It has moved on.")
    assert await suggested(reading) == [("/old/", "/elsewhere/", "redirect")]


async def test_changed_canonical_links_are_suggested(reading: Reading, web: WebSite) -> None:
    def name(path: str) -> None:
        head = f'<link rel="canonical" href="{web.origin}{path}">'
        web.pages["/post.html"] = page("Bread", "Bread costs one pound.", head=head)

    for path in ("/a", "/b"):
        web.pages[path] = page("Bread", f"Bread has its own page at {path}, and costs one pound.")
    web.pages["/"] = page("Home", "Welcome.", links=("/post.html",))
    name("/post.html")
    await reading.db.write(lambda: keep_thread("demo", "/post.html", "", "", 1))
    assert await suggested(reading) == []
    name("/a")
    assert await suggested(reading) == [("/post.html", "/a/", "canonical")]
    await reading.db.write(lambda: store.keep_aliases("demo", [("/post.html", "/a/")], 1))
    await reading.db.write(lambda: keep_thread("demo", "/a/", "", "", 1))
    name("/b")
    assert ("/a/", "/b/", "canonical") in await suggested(reading)


@pytest.mark.parametrize("meta", [
    '<meta http-equiv="refresh" content="0; url=/new"><meta name="robots" content="noindex">',
    '<link rel="canonical" href="/new"><meta content="0;URL=\'new\'" http-equiv="Refresh">',
    '<base href="/shop/"><meta http-equiv="refresh" content="0, ../new">',
])  # fmt: skip
async def test_pages_that_lead_on_by_themselves_have_moved(reading: Reading, web: WebSite, meta: str) -> None:
    await reading.db.write(lambda: keep_thread("demo", "/old/", "", "", 1))
    web.pages["/"] = page("Home", "Welcome.", links=("/old",))
    web.pages["/old"] = page("Redirecting", "This page has moved.", head=meta)
    web.pages["/new"] = page("New", "What was there is here.")
    assert await suggested(reading) == [("/old/", "/new/", "redirect")]
    assert await reading.statuses() == {"/": "ok", "/new": "ok", "/old": "moved"}


@pytest.mark.parametrize("meta", [
    '<noscript><meta http-equiv="refresh" content="0; url=/new"></noscript>',
    '<meta http-equiv="refresh" content="300">', '<meta http-equiv="refresh" content="60; url=/new">',
    '<meta http-equiv="refresh" content="0; url=/old">', '<meta http-equiv="refresh" content="0; url=//[x">',
])  # fmt: skip
async def test_pages_that_are_loaded_anew_stay(reading: Reading, web: WebSite, meta: str) -> None:
    web.pages["/"] = page("Home", "Welcome.", links=("/old",))
    web.pages["/old"] = page("Scores", "The match stands at two to one.", head=meta)
    await reading.crawl()
    assert await reading.statuses() == {"/": "ok", "/old": "ok"}
