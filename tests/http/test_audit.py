"""The audit trail: each decision leaves its line, nobody changes it, and it can be taken away."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from answerback.accounts import audit_store
from answerback.accounts.audit_store import Decision
from answerback.db.database import Database
from answerback.db.work import IntegrityConflict, Work, run

from tests.http.test_admin import NOW, House, open_house

pytestmark = pytest.mark.anyio


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as opened:
        await opened.sign_in()
        yield opened


def made(action: str, site: str = "one", at: int = NOW, subject: str = "c1", reason: str = "") -> Work[None]:
    return audit_store.note(
        Decision(site, at, "one@example.com", action, "comment", subject, "published", "hidden", reason)
    )


async def trail(house: House) -> list[tuple[str, str, str, str, str]]:
    rows = await house.db.fetch_all("SELECT * FROM audit ORDER BY number")
    return [tuple(row[name] for name in ("actor", "action", "subject", "state_before", "state_after")) for row in rows]


async def test_a_decision_leaves_its_line(house: House) -> None:
    token = await house.token()
    await house.send("/admin/comments/c1/hide/", {"token": token})
    assert await trail(house) == [("one@example.com", "hidden", "c1", "published", "hidden")]
    page = (await house.browser.get("/admin/audit/")).text
    assert "Hidden" in page
    assert "published → hidden" in page
    assert "one@example.com" in page


async def test_what_fails_leaves_no_line(house: House) -> None:
    token = await house.token()
    assert (await house.send("/admin/comments/nobody/hide/", {"token": token})).status_code == 404
    assert (
        await house.send("/admin/team/one/role/", {"token": token, "member": "x", "role": "king"})
    ).status_code == 400
    assert await trail(house) == []


@pytest.mark.parametrize("change", ["UPDATE audit SET reason = 'x'", "DELETE FROM audit", "UPDATE audit SET at = 0"])
async def test_nobody_changes_the_trail(change: str, database: Database) -> None:
    await database.write(lambda: made("hidden"))
    with pytest.raises(IntegrityConflict):
        await database.write(lambda: _run(change))
    [entry] = await database.read(lambda: audit_store.entries(["one"], 9))
    assert (entry.action, entry.reason) == ("hidden", "")


def _run(sql: str) -> Work[None]:
    yield run(sql)


async def test_retention_alone_lets_old_lines_go(database: Database) -> None:
    await database.write(lambda: made("hidden", at=NOW - 1_000))
    await database.write(lambda: made("published", at=NOW))
    assert await database.write(lambda: audit_store.forget(NOW - 1, NOW, 100)) == 1
    assert [entry.action for entry in await database.read(lambda: audit_store.entries(["one"], 9))] == ["published"]
    with pytest.raises(IntegrityConflict):
        await database.write(lambda: _run("DELETE FROM audit"))


async def test_the_trail_is_taken_away(house: House) -> None:
    for subject in ("c1", "c3"):
        await house.db.write(lambda subject=subject: made("hidden", subject=subject, reason="=1+1"))
    await house.db.write(lambda: made("hidden", site="two", subject="t1"))
    table = await house.browser.get("/admin/audit/export/?format=csv")
    assert table.headers["content-disposition"] == 'attachment; filename="audit.csv"'
    rows = list(csv.DictReader(io.StringIO(table.text)))
    assert [(row["subject"], row["reason"]) for row in rows] == [("c3", "'=1+1"), ("c1", "'=1+1")]
    lines = (await house.browser.get("/admin/audit/export/?format=json")).text.splitlines()
    assert [json.loads(line)["reason"] for line in lines] == ["=1+1", "=1+1"]
    assert (await house.browser.get("/admin/audit/export/?format=xml")).status_code == 400
    assert (await house.browser.get("/admin/audit/export/?site=two")).status_code == 404


async def test_the_trail_is_read_in_pages(house: House) -> None:
    def work() -> Work[None]:
        for number in range(60):
            yield from made("hidden", subject=f"s{number}", at=NOW + number)

    await house.db.write(work)
    first = (await house.browser.get("/admin/audit/")).text
    assert first.count("<tr>") == 51
    older = first.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")
    second = (await house.browser.get(older)).text
    assert second.count("<tr>") == 11
    assert (await house.browser.get("/admin/audit/?before=x")).status_code == 400
