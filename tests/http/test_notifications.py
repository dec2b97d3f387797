"""The owner's notifications: a real server tells a real mail server; the page that chooses; the link that stops."""

from __future__ import annotations

import re
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from answerback.mail.samples import SAMPLES

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
        wait_until(lambda: rows(server, "SELECT COUNT(*) FROM notice_choices") == [(4,)])
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
        "one|review", "one|comments", "one|questions", "one|changes", "hour", "quiet_from", "quiet_until", "lang",
    ]  # fmt: skip
    fields = {"token": await house.token(), "one|review": "daily", "one|comments": "never", "two|review": "never",
              "hour": "9", "quiet_from": "23", "quiet_until": "6", "lang": "ko"}  # fmt: skip
    assert (await house.send("/admin/notifications/", fields)).status_code == 303
    rows = await house.db.fetch_all(
        """SELECT n.site, n.kind, n.pace FROM notice_choices n JOIN owners o ON o.id = n.owner_id
        WHERE o.email = 'one@example.com' ORDER BY n.kind"""
    )
    assert [(row["site"], row["kind"], row["pace"]) for row in rows] == [
        ("one", "changes", "never"), ("one", "comments", "never"), ("one", "questions", "daily"),
        ("one", "review", "daily"),
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


def test_edits_and_removals_are_noted_with_what_they_change(tmp_path: Path) -> None:
    with Site.start() as site, Server.start(tmp_path, site) as server:
        server.begin()
        first, second = (
            server.post(words, name="Jin").json["comment"]["id"] for words in ("Good bread.", "Bad bread.")
        )
        assert server.call("PATCH", f"/api/comments/{first}/", {"site": "demo", "body": "Better bread."}).status == 200
        assert server.call("DELETE", f"/api/comments/{second}/", {"site": "demo"}).status == 204
        noted = rows(server, "SELECT comment_id, what, site, actor FROM comment_changes ORDER BY what")
        assert noted == [(first, "edited", "demo", ""), (second, "removed", "demo", "")]


@pytest.mark.anyio
async def test_owner_hears_of_a_sign_in_from_a_new_browser_only(tmp_path: Path) -> None:
    mail = {"ANSWERBACK_SMTP_URL": "smtp://127.0.0.1:1", "ANSWERBACK_MAIL_FROM": "post@bakery.example"}
    async with open_house(tmp_path, **mail) as house:
        first = await house.sign_in()
        told = "SELECT data FROM jobs WHERE kind = 'sign_in_notice'"
        assert ["new_browser" in row["data"] for row in await house.db.fetch_all(told)] == [True]
        cookies = "; ".join(each.partition(";")[0] for each in first.headers.get_list("set-cookie"))
        await house.sign_in(Cookie=cookies)
        assert len(await house.db.fetch_all(told)) == 1


@pytest.mark.anyio
async def test_each_mail_is_shown_in_each_language(house: House) -> None:
    page = await house.browser.get("/admin/mails/")
    assert "frame-src 'self'" in page.headers["content-security-policy"] and '<iframe class="mail" sandbox' in page.text
    for name in SAMPLES:
        for lang in ("en", "ko", "ar"):
            shown = await house.browser.get(f"/admin/mails/shown/?mail={name}&lang={lang}")
            assert shown.status_code == 200 and "prefers-color-scheme: dark" in shown.text, (name, lang)
            assert "script" not in shown.headers["content-security-policy"]
            assert shown.headers["content-security-policy"].endswith("frame-ancestors 'self'; sandbox")
    assert 'lang="ko"' in (await house.browser.get("/admin/mails/shown/?mail=news&lang=ko")).text
    for wrong in ("mail=none", "lang=xx"):
        assert (await house.browser.get(f"/admin/mails/?{wrong}")).status_code == 404
