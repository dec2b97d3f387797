"""Most of a day's budget is used: the owners are told once, by mail and in the log."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.smtp_server import MailServer
from tests.http.signing import rows
from tests.http.test_corrections import sign_in
from tests.services import Server, Site, wait_until


@pytest.fixture
def post() -> Iterator[MailServer]:
    with MailServer.start() as server:
        yield server


@pytest.fixture
def server(tmp_path: Path, post: MailServer) -> Iterator[Server]:
    with (
        Site.start() as site,
        Server.start(tmp_path, site, ANSWERBACK_ANSWERS_AT_ONCE="1", **post.settings()) as running,
    ):
        running.begin()
        yield running


def answered(server: Server, times: int) -> None:
    for _ in range(times):
        server.settled(server.post("When was the bakery founded?").json["answer"]["id"])


def test_owners_are_mailed_at_80_percent(server: Server, post: MailServer) -> None:
    server.change(budget_answers="5")
    server.command("site", "add", "other", "--origin", "https://other.example")
    with sign_in(server, "stranger@example.com", "other"), sign_in(server, "owner@example.com", "demo") as owner:
        answered(server, 3)
        assert 'class="notice wait"' not in owner.read("/admin/").text
        answered(server, 1)
        mail = post.next_to("owner@example.com", about="most of today's budget is used")
        assert "has used 4 of 5 answers today" in mail.part("plain")
        assert f"{server.url}/admin/" in mail.part("plain")
        notice = re.search(r'<p class="notice wait" role="status">(.*?)</p>', owner.read("/admin/").text)
        assert notice and notice[1].startswith("4 of 5 answers used today.")
        answered(server, 1)
        wait_until(lambda: "5 of 5 answers" in owner.read("/admin/").text)
    assert [mail.to for mail in post.mails if "budget" in mail.message["subject"]] == [["owner@example.com"]]


def test_an_answer_does_not_depend_on_the_mail(server: Server, post: MailServer) -> None:
    post.answer = "550 no"
    server.change(budget_answers="1")
    with sign_in(server, "owner@example.com", "demo") as owner:
        answered(server, 1)
        assert "1 of 1 answer used today" in owner.read("/admin/").text
    assert post.mails == []


def test_no_answer_waits_for_a_mail_server_that_hangs(server: Server, post: MailServer) -> None:
    server.change(budget_answers="5")
    with sign_in(server, "owner@example.com", "demo"):
        post.next_to("owner@example.com", about="sign-in")
        post.answer = ""
        answered(server, 4)
        wait_until(lambda: post.hanging)
        answered(server, 1)
        assert post.hanging == 1
        post.answer = "250 taken"
        assert "4 of 5 answers" in post.next_to("owner@example.com", about="budget").part("plain")


def test_owners_are_told_later_when_mail_is_not_taken_now(server: Server, post: MailServer) -> None:
    post.answer = "450 come back later"
    server.change(budget_answers="1")
    with sign_in(server, "owner@example.com", "demo"):
        answered(server, 1)
        wait_until(lambda: rows(server, "SELECT 1 FROM jobs WHERE kind = 'budget_alert' AND error <> ''"))
        post.answer = "250 taken"
        server.clock.advance(seconds=60)
        assert "1 of 1 answer" in post.next_to("owner@example.com", about="budget").part("plain")
