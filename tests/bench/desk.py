"""The owner's pages where a thousand and where a million comments are: CPU of the server for each."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import httpx2
from answerback.accounts.owners import add_owner_with_link
from answerback.app.build import Overrides, build_app
from answerback.clock import SteppedClock
from answerback.db.database import Database
from answerback.db.work import Work, run
from answerback.migrations import migrate
from answerback.settings import load_settings
from answerback.sites.store import add_site

from tests.cost.crowd import BUSY, NOW, SITE, seed
from tests.postgres import Postgres

from .measuring import Row

FEW, MANY = 1_000, 1_000_000
MOST = 2.0
"""How many times as long it may take with the many."""
PASSWORD = "correct horse battery"
PAGES = {
    "log": "/admin/",
    "log of a page": f"/admin/?page={BUSY}",
    "hidden comments": "/admin/?state=hidden",
    "hidden on a page": f"/admin/?state=hidden&page={BUSY}",
    "failed answers": "/admin/?state=failed",
    "ask box": "/admin/?state=private",
    "one author": "/admin/?author=v9",
    "search, a common word": "/admin/?q=word",
    "search, a rare word": "/admin/?q=rare",
    "search and filter": "/admin/?q=word&state=hidden",
    "inbox": "/admin/inbox/",
    "a comment": "/admin/comments/c900/",
}
_WORDS = "'comment word' || CASE WHEN {0} % 1000 = 7 THEN ' rare' ELSE '' END"
_PLACE = "(c.created_at * 1048576) + CAST(substr(c.id, 2) AS BIGINT) % 1048576"
_OPEN = """INSERT INTO reviewables (id, site, kind, page, state, opened_at)
    SELECT id, site, 'reported', page, 'open', created_at FROM comments
    WHERE state = 'published' AND CAST(substr(id, 2) AS BIGINT) % 10 = 5"""
SQLITE = (
    f"""INSERT INTO log_texts (place, entry, entry_id, site) SELECT {_PLACE}, 'comment', c.id, c.site FROM comments c
    WHERE c.body <> ''""",
    f"""INSERT INTO log_terms (rowid, site, words) SELECT place, 'sdemo',
    {_WORDS.format("CAST(substr(entry_id, 2) AS BIGINT)")} FROM log_texts""",
)
POSTGRESQL = (
    f"""INSERT INTO log_texts (place, entry, entry_id, site, terms) SELECT {_PLACE}, 'comment', c.id, c.site,
    to_tsvector('simple', 'sdemo ' || {_WORDS.format("CAST(substr(c.id, 2) AS BIGINT)")}) FROM comments c
    WHERE c.body <> ''""",
)


def furnish(*, is_sqlite: bool) -> Work[None]:
    """What waits, and the index of what was written."""
    for sql in (*(SQLITE if is_sqlite else POSTGRESQL), "DELETE FROM log_changes", _OPEN, "ANALYZE"):
        yield run(sql)


async def seconds(url: str, comments: int, folder: Path, rounds: int) -> dict[str, list[float]]:
    """Milliseconds of CPU for each page, in rounds."""
    await asyncio.to_thread(migrate, url)
    db = Database(url)
    await db.connect()
    await db.write(lambda: add_site(SITE, {"origins": "https://blog.example"}, NOW))
    await add_owner_with_link(db, "owner@example.com", [SITE], PASSWORD)
    await db.close()
    await asyncio.to_thread(seed, url, comments)
    db = Database(url)
    await db.connect()
    await db.write(lambda: furnish(is_sqlite=db.is_sqlite))
    await db.close()
    given = {"ANSWERBACK_DATA_DIR": str(folder), "ANSWERBACK_DATABASE_URL": url, "ANSWERBACK_PROVIDER": "off"}
    app = build_app(load_settings(given, dotenv=None), Overrides(clock=SteppedClock(NOW)))
    found: dict[str, list[float]] = {name: [] for name in PAGES}
    transport = httpx2.ASGITransport(app)
    async with (
        app.routes.router.lifespan_context(app.routes),
        httpx2.AsyncClient(transport=transport, base_url="http://localhost:8000", timeout=120) as browser,
    ):
        form = {"Origin": "http://localhost:8000", "Content-Type": "application/x-www-form-urlencoded"}
        sent = f"email=owner@example.com&password={PASSWORD.replace(' ', '+')}"
        signed_in = await browser.post("/admin/sign-in/", content=sent, headers=form)
        browser.headers["Cookie"] = signed_in.headers["set-cookie"].partition(";")[0]
        for round in range(rounds + 1):
            for name, path in PAGES.items():
                before, began = time.process_time(), time.monotonic()
                reply = await browser.get(path)
                assert reply.status_code == 200, (path, reply.status_code)
                took = time.process_time() - before if url.startswith("sqlite") else time.monotonic() - began
                if round:  # the first fills caches
                    found[name].append(1000 * took)
    return found


def desk(rounds: int, _: float, folder: Path) -> list[Row]:
    """Each page of the owner's, with few comments and with many; of PostgreSQL the time that it takes."""
    rows = []
    postgres = Postgres.ready()
    for database in ("SQLite", "PostgreSQL"):
        found = {}
        for comments in (FEW, MANY):
            inside = folder / f"desk-{database}-{comments}"
            inside.mkdir()
            url = f"sqlite:///{inside}/answerback.db" if database == "SQLite" else postgres.fresh()
            found[comments] = asyncio.run(seconds(url, comments, inside, rounds))
        for name in PAGES:
            row = Row("desk", f"{name}, {MANY:,} comments, {database}", "ms", found[MANY][name])
            few = sorted(found[FEW][name])[len(found[FEW][name]) // 2]
            row.beside = {f"{FEW:,} comments": few}
            row.wanted, row.holds = f"at most ×{MOST:.0f}", row.median <= MOST * few
            rows.append(row)
    return rows
