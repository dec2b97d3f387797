"""What a call costs follows what is shown, not what is stored: each statement of every visitor's call and of every job,
run where 200,000 comments are, walks an index whose rows it needs."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest
from answerback.accounts.owners import add_owner_with_link
from answerback.admin.log_store import ANSWER_STATES, COMMENT_STATES
from answerback.app.api_table import API
from answerback.app.build import Overrides, build_app
from answerback.clock import SteppedClock
from answerback.comments.changes_store import count_changes, newest_change
from answerback.db.database import Database
from answerback.db.work import Work, run
from answerback.settings import load_settings
from answerback.sites.store import add_site

from tests.cost.crowd import BUSY, NOW, SITE, seed
from tests.cost.tracing import Traced, TracingDatabase
from tests.migrations.databases import fetch
from tests.services import migrated_sqlite, wait_until

pytestmark = pytest.mark.anyio
ORIGIN = "https://blog.example"
SMALL = frozenset({"schedule", "leases", "flags", "jobs", "maintenance_runs", "sites"})
ALLOWED = {
    ") stretch": "a sweep looks at 500 rows at a time, however many there are",
    "> :after AND": "as above: it deletes of those",
    "WITH due AS": "what waits for a worker is put in order",
    "FROM page_aliases ORDER": "held in memory, read anew when one has changed",
    "FROM address_bans ORDER": "held in memory, read anew when one has changed",
    "FROM text_prints ORDER": "the job that drops old prints looks for the oldest to keep",
    "FROM refused_origins WHERE": "few are kept of a site, and they are sorted",
    "FROM site_crawls": "there is a row for each site",
    "FROM webhooks WHERE active": "the job of each minute wants all that are active, at most 20 of a site",
    "FROM answered_question_terms": "the twenty best candidates are ranked",
    "FROM passage_terms": "a full-text search ranks what it has found",
    "FROM log_terms": "a full-text search goes through what has the words, from the newest on",
    "AS of_thread UNION ALL": "the figures of a day are summed, of 1,000 answers of a kind at most",
    "AS by_ai": "the comments of a day are counted in an index, up to 20,000",
    "AND q.idempotency_key = :key": "answers to one question are sorted",
    "AND a.question_id = :question_id": "answers to one question are sorted",
    "SELECT DISTINCT page FROM comments": "whoever signs in is told on all pages that were commented on",
    "FROM sessions WHERE visitor_id": "a visitor's own sessions are sorted",
    "WHERE event <> 'thread.changed'": "a server alone on its file empties the events it finds, once, as it starts",
}
"""What statements may cost more, and why."""
BY_OTHER_TESTS = {"exchangeSignInCode", "signInWithSso", "streamEvents"}
"""Calls that need a sign-in elsewhere, or do not end."""


class Visitor:
    """Calls the application, and remembers what was called."""

    def __init__(self, browser: httpx2.AsyncClient) -> None:
        self.browser = browser
        self.called: set[str] = set()

    async def call(self, name: str, id: str = "", /, **data: Any) -> Any:
        call = next(call for call in API if call.name == name)
        path = call.path.replace("{id}", id)
        query = {"site": SITE} | (data if call.method == "GET" else {})
        body = None if call.method == "GET" else {"site": SITE} | data
        reply = await self.browser.request(call.method, path, params=query, json=body)
        late = name.startswith("stop") and reply.status_code == 409  # it has ended by itself
        assert reply.status_code < 300 or late, (name, reply.text)
        self.called.add(name)
        return reply.json() if "json" in reply.headers.get("content-type", "") else None


@pytest.fixture(params=["sqlite", "postgresql"])
async def crowded(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database that holds a lot."""
    if request.param == "sqlite":
        shutil.copy(migrated_sqlite(), tmp_path / "answerback.db")
        url = f"sqlite:///{tmp_path}/answerback.db"
    else:
        url = request.getfixturevalue("postgres").fresh()
    db = Database(url)
    await db.connect()
    texts = {"origins": ORIGIN, "comments_per_minute": "unlimited", "address_comments_per_minute": "unlimited"}
    await db.write(lambda: add_site(SITE, texts, NOW))
    await db.close()
    await asyncio.to_thread(seed, url)
    return url


@asynccontextmanager
async def opened(url: str, folder: Path, traced: Traced, clock: SteppedClock) -> AsyncIterator[Visitor]:
    settings = load_settings(
        {"ANSWERBACK_DATA_DIR": str(folder), "ANSWERBACK_DATABASE_URL": url, "ANSWERBACK_PROVIDER": "quote"},
        dotenv=None,
    )
    app = build_app(settings, Overrides(clock=clock, database=lambda url, watch: TracingDatabase(url, watch, traced)))
    headers = {"X-Answerback": "1"}
    async with (
        app.routes.router.lifespan_context(app.routes),
        httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app), base_url="http://localhost:8000", headers=headers
        ) as browser,
    ):
        yield Visitor(browser)


async def visit(visitor: Visitor, url: str) -> None:
    """Whatever a visitor can do, on the busiest page."""
    call, page = visitor.call, {"page": BUSY}
    ticket = (await call("startSession"))["ticket"]
    token = (await call("createBearerToken", ticket=ticket))["token"]
    visitor.browser.headers["Authorization"] = f"Bearer {token}"
    who = (await call("getSession", **page))["visitor"]["id"]
    db = Database(url)
    await db.connect()
    await db.write(lambda: inherit(who))
    await db.close()
    await call("getSession", **page)
    for sort in ("oldest", "newest", "best"):
        thread = await call("getThread", **page, sort=sort)
        await call("getThread", **page, sort=sort, cursor=thread["next"])
        around = await call("getThread", **page, sort=sort, around="c50000")
        await call("getThread", **page, sort=sort, cursor=around["previous"])
        assert (await visitor.browser.get("/t/", params={"site": SITE, "page": BUSY, "sort": sort})).status_code == 200
    await call("getThread", page="/p7")
    await call("countComments", page=[BUSY, *(f"/p{number}" for number in range(99))])
    for where in ({}, page, {"page": "/p7"}):
        await call("getFeed", **where)
    feed = (await call("subscribe", topic="replies", channel="feed"))["subscription"]
    await call("listSubscriptions")
    posted = await call("postComment", **page, body="When do you open?", ask=True)
    own, reply = posted["comment"]["id"], posted["answer"]["id"]
    below = await call("postComment", **page, body="Below.", parent_id="c100", ask=False)
    await call("beginComment")
    await call("previewComment", body="**Bread**")
    await call("getComment", own)
    await call("editComment", own, body="When do you close?")
    await call("voteOnComment", "c100", value=1)
    await call("reportComment", "c100", reason="spam")
    await call("rateAnswer", "c104", helpful=True)
    await call("getAnswerHistory", "c104")
    await call("findKnownAnswer", q="When do you open on Sundays?")
    asked = await call("askPage", **page, user_input="When do you open?", key="k")
    await call("getChat", **page)
    ended = f"SELECT id FROM answers WHERE id = '{reply}' AND settled_at IS NOT NULL"
    await asyncio.to_thread(wait_until, lambda: fetch(url, ended))
    again = await call("requestAnswer", below["comment"]["id"])
    await call("stopAnswer", again["answer"]["id"])
    await call("stopChatAnswer", asked["id"])
    await call("deleteComment", own)
    await call("unsubscribe", feed["id"])
    await account(visitor)


async def attend(visitor: Visitor, url: str) -> None:
    """Whatever an owner reads, with every filter by itself and some together."""
    db = Database(url)
    await db.connect()
    link = await add_owner_with_link(db, "owner@example.com", [SITE], "correct horse battery")
    await db.close()
    assert link is None
    browser = visitor.browser
    form = {"Origin": "http://localhost:8000", "Content-Type": "application/x-www-form-urlencoded"}
    signed_in = await browser.post(
        "/admin/sign-in/", content="email=owner@example.com&password=correct+horse+battery", headers=form
    )
    browser.headers["Cookie"] = signed_in.headers["set-cookie"].partition(";")[0]
    states = [*COMMENT_STATES, *ANSWER_STATES, "private"]
    where = [{}, {"page": BUSY}, {"author": "v9"}, {"author": "v9", "page": BUSY}, {"q": "words"}, {"q": "unheard"}]
    where += [{"state": state} | more for state in states for more in ({}, {"page": BUSY})]
    where += [{"q": "words", "state": "hidden"}, {"before": f"{NOW - 90_000_000}.0.c1"}]
    for query in where:
        assert (await browser.get("/admin/", params=query)).status_code == 200, query
    for path in ("/admin/inbox/", "/admin/inbox/?kind=held", "/admin/inbox/pulse/", "/admin/comments/c100/"):
        assert (await browser.get(path)).status_code == 200, path


async def work_off(url: str, db: Database) -> None:
    """Wait until all jobs that were due have run, and do what comes of them a minute later."""
    waiting = f"SELECT id FROM jobs WHERE due_at <= {NOW} OR worker IS NOT NULL"
    await asyncio.to_thread(wait_until, lambda: not fetch(url, waiting))
    newest = await db.read(newest_change)
    while await db.write(partial(count_changes, newest, 10)):
        pass


async def account(visitor: Visitor) -> None:
    call, login = visitor.call, {"email": "mina@example.com", "password": "seven green lamps"}
    token = (await call("register", **login, name="Mina"))["token"]
    visitor.browser.headers["Authorization"] = f"Bearer {token}"
    await call("updateUser", name="Mina K.")
    [session] = (await call("listUserSessions"))["sessions"]
    await call("signIn", **login)
    await call("endUserSession", session["id"])
    visitor.browser.headers["Authorization"] = f"Bearer {(await call('signIn', **login))['token']}"
    await call("signOut")


def inherit(visitor: str) -> Work[None]:
    """The visitor has been busy before."""
    yield run("UPDATE votes SET visitor_id = :id WHERE visitor_id = 'heavy'", id=visitor)
    yield run("UPDATE comments SET visitor_id = :id WHERE visitor_id = 'v7'", id=visitor)


async def test_each_statement_walks_an_index_that_it_needs(crowded: str, tmp_path: Path) -> None:
    traced, clock = Traced(small=SMALL), SteppedClock(NOW)
    async with opened(crowded, tmp_path, traced, clock) as visitor:
        await visit(visitor, crowded)
        await attend(visitor, crowded)
        db = TracingDatabase(crowded, None, traced)
        await db.connect()
        await work_off(crowded, db)
        await db.close()
    if crowded.startswith("sqlite"):
        traced.count_sqlite(crowded)
    faults = [
        f"{why}\n{sql}" for sql, why in traced.faults.items()
        if not any(allowed in " ".join(sql.split()) for allowed in ALLOWED)
    ]  # fmt: skip
    assert not faults, "\n\n".join(faults)
    assert visitor.called == {call.name for call in API} - BY_OTHER_TESTS
