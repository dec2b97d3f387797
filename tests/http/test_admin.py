"""The owner's log over HTTP, through the real application: who gets in, what is shown, what hiding does."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest
from answerback.accounts.owners import add_owner_with_link
from answerback.admin import log_store as store
from answerback.admin.store import site_of
from answerback.app.build import Overrides, build_app
from answerback.app.dispatch import App
from answerback.clock import SteppedClock, SystemClock
from answerback.comments.store import keep_thread
from answerback.db.database import Database
from answerback.db.work import Work, run
from answerback.live.bus import page_channel
from answerback.settings import load_settings
from answerback.sites.store import add_site

from tests.forms import hidden_fields

pytestmark = pytest.mark.anyio

OWN = "http://localhost:8000"
PASSWORD = "correct horse battery"
NOW = SystemClock().now() // 86_400_000 * 86_400_000 + 43_200_000  # noon, so that all of it is of one day


@dataclass
class House:
    """A running application with two sites, one owner of each kind, and a browser of the owner's."""

    app: App
    db: Database
    clock: SteppedClock
    browser: httpx2.AsyncClient
    link: str

    async def sign_in(self, email: str = "one@example.com", password: str = PASSWORD, **headers: str) -> Any:
        """Send the sign-in form; the browser keeps the cookie by hand, since httpx leaves Secure ones at home."""
        response = await self.send("/admin/sign-in/", {"email": email, "password": password}, **headers)
        self.keep_cookie(response)
        return response

    def keep_cookie(self, response: Any) -> None:
        cookie = response.headers.get("set-cookie", "")
        if cookie:
            self.browser.headers["Cookie"] = cookie.partition(";")[0]

    async def send(self, path: str, fields: dict[str, str], **headers: str) -> Any:
        sent = {"Origin": OWN} | {name.replace("_", "-"): value for name, value in headers.items()}
        sent["Content-Type"] = "application/x-www-form-urlencoded"
        return await self.browser.post(path, content=urlencode(fields), headers=sent)

    async def hidden(self, path: str, page: str = "/admin/") -> dict[str, str]:
        """The hidden fields of a page's form that leads to this path."""
        return hidden_fields((await self.browser.get(page)).text, path)

    async def token(self) -> str:
        return (await self.hidden("/admin/sign-out/"))["token"]

    async def log(self, **query: str) -> list[str]:
        """Ids of the entries shown."""
        page = await self.browser.get("/admin/", params=query)
        assert page.status_code == 200
        return re.findall(r'<article id="e-([^"]+)"', page.text)


def comment(
    id: str, body: str, at: int, *, site: str = "one", page: str = "/a/", kind: str = "guest", state: str = "published"
) -> Work[None]:
    yield from keep_thread(site, page, f"https://{site}.example{page}", "A page", at)
    yield run(
        """INSERT INTO comments (id, site, page, root_id, depth, author_kind, author_name, body, html, state,
            created_at, shown)
        VALUES (:id, :site, :page, :id, 0, :kind, '<b>Mina</b>', :body, :html, :state, :at,
            CASE WHEN :state = 'published' THEN 1 ELSE 0 END)""",
        id=id, site=site, page=page, kind=kind, body=body, html=f"<p>{body}</p>", state=state, at=at,
    )  # fmt: skip


def answer(id: str, kind: str, question: str, at: int, *, state: str = "done", body: str = "") -> Work[None]:
    yield run(
        """INSERT INTO answers (id, kind, site, page, url, title, question_id, visitor_id, address_key, state, body,
            html, provider, model, tokens_in, tokens_out, cost_microusd, queued_at, due_at)
        VALUES (:id, :kind, 'one', '/a/', 'https://one.example/a', 'A page', :question, 'v1', 'k', :state, :body, :html,
            'openai', 'gpt-5-mini', 1234, 56, 1500, :at, :at)""",
        id=id, kind=kind, question=question, state=state, at=at, body=body, html=f"<p>{body}</p>" if body else "",
    )  # fmt: skip


def furnish() -> Work[None]:
    """A comment with its AI reply, a private question with its answer, a comment that waits, one of another site."""
    for site in ("one", "two"):
        yield from add_site(site, {"origins": f"https://{site}.example"}, NOW)
    yield run("INSERT INTO visitors (id, site, kind, name, created_at) VALUES ('v1', 'one', 'guest', 'Jin', 0)")
    yield from comment("c1", "Is 100% rye on sale?", NOW - 4000)
    yield from comment("c2", "Yes, in the morning.", NOW - 4000, kind="ai")
    yield from answer("c2", "thread", "c1", NOW - 4000)
    yield run(
        """INSERT INTO questions (id, site, page, visitor_id, body, html, idempotency_key, created_at)
        VALUES ('q1', 'one', '/a/', 'v1', 'A secret question', '<p>A secret question</p>', 'key', :at)""",
        at=NOW - 3000,
    )
    yield from answer("q2", "chat", "q1", NOW - 3000, body="A secret answer")
    yield from comment("c3", "Buy <pills>", NOW - 2000, page="/b/", state="pending")
    yield from comment("t1", "Of the other site", NOW - 1000, site="two")


@asynccontextmanager
async def open_house(tmp_path: Path, **more: str) -> AsyncIterator[House]:
    given = {"ANSWERBACK_DATA_DIR": str(tmp_path), "ANSWERBACK_PROVIDER": "off"} | more
    settings = load_settings(given, dotenv=None)
    clock = SteppedClock(NOW)
    app = build_app(settings, Overrides(clock=clock))
    async with app.routes.router.lifespan_context(app.routes):
        db = Database(settings.database_url)
        await db.connect()
        await db.write(furnish)
        clock.advance(seconds=3)  # the directory of sites looks again
        await add_owner_with_link(db, "one@example.com", ["one"], PASSWORD)
        link = await add_owner_with_link(db, "all@example.com", [], None)
        assert link
        transport = httpx2.ASGITransport(app)
        async with httpx2.AsyncClient(transport=transport, base_url=OWN) as browser:
            yield House(app, db, clock, browser, link)
        await db.close()


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as opened:
        yield opened


async def test_only_the_signed_in_owner_sees_the_log(house: House) -> None:
    away = await house.browser.get("/admin/")
    assert (away.status_code, away.headers["location"]) == (303, "/admin/sign-in/")
    assert (await house.sign_in(password="wrong horse")).status_code == 403
    assert "Cookie" not in house.browser.headers
    signed_in = await house.sign_in()
    assert signed_in.status_code == 303
    cookie = signed_in.headers["set-cookie"]
    assert cookie.startswith("__Host-answerback-owner=")
    assert {"Path=/", "Secure", "HttpOnly", "SameSite=Strict"} <= set(re.split("[;,] ", cookie))
    page = await house.browser.get("/admin/")
    assert page.status_code == 200
    assert "default-src 'none'; style-src 'self'" in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "same-origin"
    assert re.findall(r"<script[^>]*>", page.text) == re.findall(
        r'<script type="module" src="/assets/desk[^>]*>', page.text
    )
    sheets = re.findall(r'<link rel="stylesheet" href="([^"]+)">', page.text)
    assert [sheet.partition("?")[0] for sheet in sheets] == [
        f"/assets/{name}.css" for name in ("tokens", "style", "admin")
    ]
    for sheet in sheets:
        assert (await house.browser.get(sheet)).headers["content-type"].startswith("text/css")
    assert (await house.browser.get("/admin/", headers={"Host": "evil.example"})).status_code == 400


async def test_unknown_owner_and_wrong_password_look_alike(house: House) -> None:
    wrong = await house.sign_in(password="wrong horse")
    unknown = await house.sign_in("nil@example.com", "wrong horse")
    assert wrong.status_code == unknown.status_code == 403
    assert wrong.text.replace("one@", "") == unknown.text.replace("nil@", "")


async def test_failed_sign_ins_are_delayed(house: House) -> None:
    for _ in range(6):
        last = await house.sign_in(password="wrong horse")
    assert last.status_code == 429
    assert int(last.headers["retry-after"]) >= 1
    house.clock.advance(minutes=16)
    assert (await house.sign_in()).status_code == 303


async def test_sign_in_link_works_once_and_survives_a_look(house: House) -> None:
    for _ in range(2):
        look = await house.browser.get(house.link)
        assert look.status_code == 200
        assert "set-cookie" not in look.headers
    used = await house.send(house.link, {})
    assert used.status_code == 303
    assert (await house.send(house.link, {})).status_code == 404
    house.keep_cookie(used)
    assert "t1" in await house.log()


async def test_owner_session_ends_by_sign_out_and_time(house: House) -> None:
    await house.sign_in()
    assert (await house.send("/admin/sign-out/", {"token": "0" * 64})).status_code == 403
    out = await house.send("/admin/sign-out/", {"token": await house.token()})
    assert "Max-Age=0" in out.headers["set-cookie"]
    assert (await house.browser.get("/admin/")).status_code == 303  # the old cookie is still being sent
    await house.sign_in()
    house.clock.advance(days=30, seconds=1)
    assert (await house.browser.get("/admin/")).status_code == 303


async def test_new_password_ends_open_sessions(house: House) -> None:
    await house.sign_in()
    assert (await house.browser.get("/admin/")).status_code == 200
    await add_owner_with_link(house.db, "one@example.com", ["one"], "another horse, another battery")
    assert (await house.browser.get("/admin/")).status_code == 303


async def test_log_lists_the_owners_site_newest_first(house: House) -> None:
    await house.sign_in()
    assert await house.log() == ["c3", "q2", "q1", "c2", "c1"]
    text = (await house.browser.get("/admin/")).text
    assert "&lt;b&gt;Mina&lt;/b&gt;" in text
    assert "<b>Mina" not in text
    assert 'href="https://one.example/a"' in text
    assert "openai · gpt-5-mini" in text
    assert "1,234 tokens in, 56 out" in text
    assert "$0.0015" in text
    totals = re.findall(r"<dd>(.*?)</dd>", text)
    assert totals == ["2", "2", "2,468 / 112", "$0.0030"]
    assert (await house.browser.get("/admin/?site=two")).status_code == 404


async def test_log_is_searched_and_filtered(house: House) -> None:
    await house.sign_in()
    assert await house.log(q="SECRET") == ["q2", "q1"]
    assert await house.log(q="100%") == ["c1"]
    assert await house.log(q="_") == []
    assert await house.log(page="/b/") == ["c3"]
    assert await house.log(state="pending") == ["c3"]
    assert await house.log(state="private") == ["q2", "q1"]
    assert await house.log(state="done", page="/a/") == ["q2", "c2"]
    assert await house.log(site="one", state="published") == ["c2", "c1"]
    assert (await house.browser.get("/admin/?state=odd")).status_code == 400
    assert (await house.browser.get("/admin/?before=odd")).status_code == 400


async def test_every_entry_is_on_exactly_one_page_of_the_log(house: House) -> None:
    def many_comments() -> Work[None]:
        for number in range(120):
            yield from comment(f"m{number:03}", "Hello", NOW - 10_000 - number // 7)

    await house.db.write(many_comments)
    await house.sign_in()
    seen: list[str] = []
    address = "/admin/?site=one"
    while address:
        text = (await house.browser.get(address)).text
        seen += re.findall(r'<article id="e-([^"]+)"', text)
        older = re.search(r'<a href="([^"]+)" rel="next"', text)
        address = unescape(older[1]) if older else ""
    assert len(seen) == len(set(seen)) == 125


async def test_hiding_and_restoring_reach_the_thread_at_once(house: House) -> None:
    async def seen(page: str = "/a/") -> list[str]:
        thread = await house.browser.get("/api/comments/", params={"site": "one", "page": page})
        return [entry["id"] for entry in thread.json()["comments"]]

    await house.sign_in()
    token = await house.token()
    assert await seen() == ["c1", "c2"]
    channel = page_channel("one", "/a/")
    async with house.app.bus.subscribe(channel, house.app.bus.latest(channel)) as events:
        hidden = await house.send("/admin/comments/c1/hide/", {"token": token, "here": "page=%2Fa&next=//evil.example"})
        news = await events.take(5)
        assert news is not None and b"event: comment.removed" in news
        assert b'{"id":"c1"}' in news
    assert (hidden.status_code, hidden.headers["location"]) == (303, "/admin/?page=%2Fa#e-c1")
    assert await seen() == ["c2"]
    assert await house.log(state="hidden") == ["c1"]
    await house.send("/admin/comments/c1/restore/", await house.hidden("/admin/comments/c1/restore/"))
    assert await seen() == ["c1", "c2"]
    assert await seen("/b") == []
    await house.send("/admin/comments/c3/restore/", await house.hidden("/admin/comments/c3/restore/"))
    assert await seen("/b") == ["c3"]


async def test_forged_forms_change_nothing(house: House) -> None:
    path = "/admin/comments/c1/hide/"
    assert (await house.send(path, {})).status_code == 303  # to the sign-in page
    await house.sign_in()
    token = await house.token()
    assert (await house.send(path, {"token": token}, Origin="https://one.example")).status_code == 403
    assert (await house.send(path, {"token": token}, Origin="null")).status_code == 403
    assert (await house.browser.post(path, data={"token": token})).status_code == 403
    assert (await house.send(path, {"token": "é"})).status_code == 403
    assert (await house.browser.get(path)).status_code == 405
    assert (await house.browser.post(path, json={"token": token}, headers={"Origin": OWN})).status_code == 415
    assert (await house.send("/admin/sign-in/", {}, Origin="https://one.example")).status_code == 403
    assert (await house.send("/admin/comments/t1/hide/", {"token": token})).status_code == 404
    assert await house.log(state="hidden") == []
    same_origin = {"Sec-Fetch-Site": "same-origin"}
    assert (await house.browser.post(path, data={"token": token}, headers=same_origin)).status_code == 303
    assert await house.log(state="hidden") == ["c1"]


async def test_strangers_are_led_from_every_owner_page_to_sign_in(house: House) -> None:
    paths = [str(getattr(route, "path", "")) for route in house.app.routes.routes]
    for_all = (
        "/admin/sign-in/",
        "/admin/language/",
        "/admin/notifications/stop/",
        "/admin/first-run/",
        "/admin/by-mail/",
    )
    owned = [path for path in paths if path.startswith("/admin/") and not path.startswith(for_all)]
    assert len(owned) > 15
    for path in owned:
        address = path.replace("{id}", "c1").replace("{site}", "one")
        for answer in (await house.browser.get(address), await house.send(address, {"token": "0" * 64})):
            if answer.status_code != 405:
                assert (answer.status_code, answer.headers["location"]) == (303, "/admin/sign-in/"), path


async def test_the_log_reads_the_same_on_both_databases(database: Database) -> None:
    await database.write(furnish)

    async def ids(wanted: store.Filter, limit: int = 9) -> list[str]:
        return [entry.id for entry in await database.read(lambda: store.entries(["one"], wanted, limit))]

    assert await ids(store.Filter()) == ["c3", "q2", "q1", "c2", "c1"]
    assert await ids(store.Filter(page="/a/", state="published")) == ["c2", "c1"]
    assert await ids(store.Filter(state="done")) == ["q2", "c2"]
    assert await ids(store.Filter(state="private"), 1) == ["q2"]
    assert await ids(store.Filter(before=(NOW - 3000, 1, "q2"))) == ["q1", "c2", "c1"]
    totals = await database.read(lambda: store.totals({NOW - 3500: ["one"], 0: ["two"]}))
    assert totals == store.Totals(2, 1, 1234, 56, 1500)
    assert await database.read(lambda: store.pages(["one", "two"])) == ["/a/", "/b/"]
    assert await database.read(lambda: site_of(["two"], "c1")) is None
