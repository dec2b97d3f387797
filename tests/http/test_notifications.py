"""The owner's notifications: a real server tells a real mail server; the page that chooses; the link that stops."""

from __future__ import annotations

import re
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.fakes.smtp_server import MailServer
from tests.http.signing import rows
from tests.http.test_admin import House, open_house
from tests.services import Server, Site, wait_until


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as opened:
        await opened.sign_in()
        yield opened


def test_held_comment_is_mailed_and_one_click_stops_it(tmp_path: Path) -> None:
    with MailServer.start() as post, Site.start() as site, Server.start(tmp_path, site, **post.settings()) as server:
        server.command("owner", "add", "mina@example.com", "--site", "demo")
        server.change(moderation="all")
        server.clock.advance(seconds=61)
        wait_until(lambda: rows(server, "SELECT COUNT(*) FROM notice_choices") == [(3,)])
        server.begin()
        server.post("Good **bread**.", name="Jin")
        server.clock.advance(seconds=75)
        wait_until(lambda: bool(post.mails))
        [mail] = post.mails
        assert mail.to == ["mina@example.com"]
        assert "needs a decision" in mail.message["Subject"]
        assert "Good **bread**." in mail.part("plain")
        assert mail.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        stop = mail.message["List-Unsubscribe"].strip("<>")
        with urllib.request.urlopen(stop, timeout=10) as page:
            assert "Stop all emails about comments to mina@example.com?" in page.read().decode()
        one_click = urllib.request.Request(stop, data=b"List-Unsubscribe=One-Click", method="POST")
        with urllib.request.urlopen(one_click, timeout=10) as page:
            assert "mina@example.com gets no more emails" in page.read().decode()
        assert rows(server, "SELECT DISTINCT pace FROM notice_choices") == [("never",)]


@pytest.mark.anyio
async def test_owner_chooses_what_to_be_told_of(house: House) -> None:
    page = (await house.browser.get("/admin/notifications/")).text
    assert "This server sends no email" in page
    assert re.findall(r'<select[^>]* name="([^"]+)"', page) == [
        "one|review", "one|comments", "one|questions", "hour", "quiet_from", "quiet_until", "lang",
    ]  # fmt: skip
    fields = {"token": await house.token(), "one|review": "daily", "one|comments": "never", "two|review": "never",
              "hour": "9", "quiet_from": "23", "quiet_until": "6", "lang": "ko"}  # fmt: skip
    assert (await house.send("/admin/notifications/", fields)).status_code == 303
    rows = await house.db.fetch_all(
        """SELECT n.site, n.kind, n.pace FROM notice_choices n JOIN owners o ON o.id = n.owner_id
        WHERE o.email = 'one@example.com' ORDER BY n.kind"""
    )
    assert [(row["site"], row["kind"], row["pace"]) for row in rows] == [
        ("one", "comments", "never"), ("one", "questions", "daily"), ("one", "review", "daily"),
    ]  # fmt: skip
    assert (await house.db.fetch_all("SELECT hour, lang FROM notice_hours")) == [{"hour": 9, "lang": "ko"}]


@pytest.mark.anyio
@pytest.mark.parametrize(
    "wrong", [{"hour": "24"}, {"hour": "1" * 5_000}, {"quiet_from": "x"}, {"lang": "xx"}, {"one|review": "often"}]
)
async def test_impossible_choices_change_nothing(house: House, wrong: dict[str, str]) -> None:
    fields = {"token": await house.token(), "hour": "9", "quiet_from": "23", "quiet_until": "6", "lang": ""} | wrong
    assert (await house.send("/admin/notifications/", fields)).status_code == 400
    assert await house.db.fetch_all("SELECT * FROM notice_hours") == []


@pytest.mark.anyio
async def test_foreign_stop_link_is_not_found(house: House) -> None:
    owner = (await house.db.fetch_all("SELECT id FROM owners ORDER BY email"))[0]["id"]
    for proof in ("", "0" * 32):
        path = f"/admin/notifications/stop/?owner={owner}&proof={proof}"
        assert (await house.browser.get(path)).status_code == 404
        assert (await house.send(path, {})).status_code == 404
