"""A database of each released schema, with rows, opens in the newest version."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import httpx2
import pytest
from answerback.app.build import build_app
from answerback.db.database import Database
from answerback.migrations import REVISIONS, migrate
from answerback.migrations.revisions import Kind
from answerback.settings import load_settings
from answerback.sites.store import list_sites

from tests.migrations.databases import contents, script, structure
from tests.migrations.released import dump_of

pytestmark = pytest.mark.anyio

RENAMED = {"asked": "answered_questions", "asked_terms": "answered_question_terms", "switches": "flags"}


@pytest.mark.parametrize("number", [revision.number for revision in REVISIONS])
async def test_each_released_schema_opens_in_the_newest(
    url: str, kind: Kind, number: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    script(url, dump_of(number, kind).read_text("utf-8"))
    before = contents(url)
    await asyncio.to_thread(migrate, url)
    after = contents(url)  # before the server starts, which takes out what is over
    before.pop("thread_changes", None)  # a migration that changes threads notes it, too
    assert {RENAMED.get(table, table): len(rows) for table, rows in before.items()} == {
        name: len(after[name]) for name in (RENAMED.get(table, table) for table in before)
    }
    assert structure(url) == newest(kind, request)
    settings = load_settings(
        {"ANSWERBACK_DATA_DIR": str(tmp_path), "ANSWERBACK_DATABASE_URL": url, "ANSWERBACK_PROVIDER": "off"},
        dotenv=None,
    )
    app = build_app(settings)
    async with app.routes.router.lifespan_context(app.routes):
        transport = httpx2.ASGITransport(app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://localhost:8000") as client:
            reply = await client.get("/api/comments/", params={"site": "demo", "page": "/rye.html"})
    assert reply.status_code == 200, reply.text
    [comment] = reply.json()["comments"]
    assert (comment["body"], comment["replies"][0]["body"]) == ("When do you open?", "At 7:30.")


async def test_stored_settings_take_their_new_names(url: str, kind: Kind) -> None:
    script(url, dump_of("0004", kind).read_text("utf-8"))
    texts = {
        "origins": "https://bakery.example",
        "ai_rounds": "3",
        "gate": "words",
        "name": 'A "gate": for "ai_rounds":',
    }
    script(url, f"UPDATE sites SET settings = '{json.dumps(texts, separators=(',', ':'))}' WHERE key = 'demo'")
    await asyncio.to_thread(migrate, url)
    db = Database(url)
    await db.connect()
    [(_, stored)] = await db.read(list_sites)
    await db.close()
    assert stored == {
        "origins": "https://bakery.example", "max_answers_per_thread": "3", "answer_moderation": "words",
        "name": texts["name"],
    }  # fmt: skip


def newest(kind: Kind, request: pytest.FixtureRequest) -> list[str]:
    """What a new database of that kind is made of."""
    if kind == "postgresql":
        url = request.getfixturevalue("postgres").fresh()
    else:
        url = f"sqlite:///{request.getfixturevalue('file').with_name('newest.db')}"
        migrate(url)
    return structure(url)
