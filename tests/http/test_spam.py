"""Spam over HTTP: what is held and why, what an owner teaches, and that nobody else notices."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from answerback.comments.approval import spam_store as store
from answerback.core.spam.lists import read_list

from tests.http.signing import BEHIND_A_PROXY, rows
from tests.http.test_corrections import Owner, sign_in
from tests.services import Server, Site, write_to

PROMOTION = "Check out my new channel and visit https://pills.example for a free gift card, guys!"
TALK = "The crust of the rye bread was better last winter, when the old oven was still in use here."


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    unlimited = dict.fromkeys(("comments_per_minute", "address_comments_per_minute"), "unlimited")
    with (
        Site.start() as site,
        Server.start(
            tmp_path_factory.mktemp("spam"), site, spam_filter="true", ai="off", **unlimited, **BEHIND_A_PROXY
        ) as one,
    ):
        yield one


@pytest.fixture(scope="module")
def owner(server: Server) -> Iterator[Owner]:
    with sign_in(server, "owner@example.com", "demo") as signed_in:
        yield signed_in


address = iter(range(1, 250))


@pytest.fixture(autouse=True)
def somebody_new(server: Server) -> None:
    server.turn_page()
    server.begin()


def form(server: Server) -> dict[str, Any]:
    begun: dict[str, Any] = server.call("GET", "/api/comments/form/?site=demo").json
    return begun


def write(server: Server, body: str, *, seconds: float = 20, at: str = "", **fields: Any) -> dict[str, Any]:
    """A comment as the widget sends it: its form begun a while ago."""
    begun = form(server)
    server.clock.advance(seconds=seconds)
    data = {"site": "demo", "page": server.page, "url": server.site.origin + server.page, "title": "Bakery",
            "body": body, "form": begun["form"]} | fields  # fmt: skip
    forwarded = {"X-Forwarded-For": at or f"198.51.100.{next(address)}"}
    reply = server.call("POST", "/api/comments/", data, **forwarded)
    assert reply.status == 201, reply.body
    comment: dict[str, Any] = reply.json["comment"]
    return comment


def reasons(server: Server, id: str) -> dict[str, dict[str, Any]]:
    """The reasons that are kept beside a comment, with their figures."""
    kept = rows(server, "SELECT reasons FROM reviewables WHERE id = ?", id)
    return {each["kind"]: each["figures"] for each in orjson.loads(kept[0][0])} if kept else {}


def test_talk_is_published(server: Server) -> None:
    comment = write(server, TALK)
    assert comment["state"] == "published"
    assert reasons(server, comment["id"]) == {}


def test_spam_waits_with_its_reasons(server: Server) -> None:
    comment = write(server, PROMOTION)
    assert comment["state"] == "pending"
    kept = reasons(server, comment["id"])
    assert kept["spam"]["probability"] >= 0.9
    assert "pills.example" in kept["spam_text"]["words"]
    assert kept["spam_text"]["weight"] > 2


def test_comments_page_shows_what_each_signal_weighs(server: Server, owner: Owner) -> None:
    comment = write(server, PROMOTION)
    weight = reasons(server, comment["id"])["spam_text"]["weight"]
    page = owner.read(f"/admin/comments/{comment['id']}/").text
    assert "What the checks found" in page and f"{weight:+.2f}</td>" in page


def test_without_the_filter_nothing_is_looked_at(server: Server) -> None:
    server.change(spam_filter="false")
    try:
        assert form(server) == {"form": "", "work": None}
        assert server.post(PROMOTION).json["comment"]["state"] == "published"
    finally:
        server.change(spam_filter="true")


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"homepage": "https://me.example"}, "spam_trap"),
        ({"form": "1.x"}, "spam_form_forged"),
        ({"form": 7}, "spam_form_missing"),
    ],
)
def test_how_it_was_sent_counts(server: Server, fields: dict[str, Any], reason: str) -> None:
    comment = write(server, "Hello there, what a page this is, check out the rest", **fields)
    assert reason in reasons(server, comment["id"])


def test_what_is_sent_too_fast_is_suspect(server: Server) -> None:
    assert "spam_form_fast" in reasons(server, write(server, "Please visit us, click here", seconds=0.5)["id"])


def test_copies_are_found_across_pages(server: Server) -> None:
    text = "I was lost until Doctor Amobi brought my husband back to me within two days, by the grace of his hands"
    states = []
    for number in range(8):
        server.turn_page()
        server.begin()
        states.append(write(server, f"{text} {'!' * number}")["state"])
    assert states[0] == "published"
    assert states[-1] == "pending"


def test_a_decision_teaches(server: Server, owner: Owner) -> None:
    text = "Zorblatt lanterns outshine every lantern that was sold in the old harbour before"
    first = write(server, text)
    assert first["state"] == "published"
    before = write(server, "Zorblatt lanterns are what I dreamt of")
    assert "spam_text" not in reasons(server, before["id"])
    server.clock.advance(seconds=3)
    teach(server, first["id"], text, spam=True)
    server.begin()
    write(server, "What the other process has learned is seen from here on")
    again = write(server, "Zorblatt lanterns outshine every lantern, believe me")
    assert reasons(server, again["id"])["spam_text"]["weight"] > 0


def test_not_spam_teaches_too(server: Server, owner: Owner) -> None:
    held = write(server, PROMOTION.replace("pills", "lilies"))
    assert held["state"] == "pending"
    owner.send(f"/admin/comments/{held['id']}/restore/")
    assert rows(server, "SELECT spam FROM spam_lessons WHERE comment_id = ?", held["id"]) == [(0,)]
    assert rows(server, "SELECT good FROM spam_filters WHERE site = 'demo'")[0][0] >= 1


def teach(server: Server, id: str, words: str, *, spam: bool) -> None:
    """As a decision does, from another process."""
    from answerback.comments.approval.filters import SpamFilters
    from answerback.db.database import Database

    filters = SpamFilters(Database(server.database_url))
    write_to(server.database_url, lambda: filters.teach("demo", id, words, spam=spam, now=server.clock.now()))


def test_what_is_listed_waits(server: Server) -> None:
    values = read_list("0.0.0.0 bad.example\n203.0.113.0/24 # a network\n").values
    write_to(server.database_url, lambda: store.load_list("demo", "mine", values, 1))
    try:
        assert write(server, "Our oven is described at https://shop.bad.example/oven")["state"] == "pending"
        listed = write(server, "The bread is good here, and the queue is short", at="203.0.113.9")
        assert reasons(server, listed["id"])["spam_listed"]["lists"] == "mine"
    finally:
        write_to(server.database_url, lambda: store.drop_list("demo", "mine"))


def solved(work: dict[str, Any]) -> dict[str, Any]:
    for number in range(work["most"]):
        if hashlib.sha256(f"{work['salt']}{number}".encode()).hexdigest() == work["hash"]:
            return {"salt": work["salt"], "signature": work["signature"], "number": number}
    raise AssertionError("no number fits")


def test_an_attack_asks_for_work(server: Server) -> None:
    server.clock.advance(seconds=3_600)
    assert form(server)["work"] is None
    for number in range(store.ATTACK):
        server.begin()
        write(server, f"Visit my website https://casino{number}.example for free cash {number}", homepage="x")
    server.clock.advance(seconds=6)
    server.begin()
    work = form(server)["work"]
    assert work is not None
    proven = write(server, "Is the bakery open on Mondays in the winter as well, check out", work=solved(work))
    assert "spam_work_missing" not in reasons(server, proven["id"])
    again = write(server, "Subscribe to my channel", work=solved(work))
    assert "spam_work_missing" in reasons(server, again["id"])
    server.clock.advance(seconds=3_600)
    assert form(server)["work"] is None


def test_the_author_alone_sees_what_waits(server: Server) -> None:
    held = write(server, "Words that nobody has seen here before, check out my channel", homepage="x")
    assert held["state"] == "pending"
    assert server.call("GET", f"/api/comments/{held['id']}/?site=demo").status == 404


def test_prints_are_let_go(server: Server, tmp_path: Path) -> None:
    write(server, TALK + " And so on and on.")
    count = rows(server, "SELECT COUNT(*) FROM text_prints")[0][0]
    assert count > 0
    write_to(server.database_url, lambda: store.forget_prints(server.clock.now() + store.KEPT_MS + 1, 100_000))
    assert rows(server, "SELECT COUNT(*) FROM text_prints") == [(0,)]


def test_the_box_says_what_the_filter_would(server: Server, owner: Owner) -> None:
    owner.send("/admin/spam/demo/forget/")  # what the tests before have taught
    text = "Earn cash: https://casino.example, subscribe to my channel!"
    page = owner.send("/admin/spam/demo/try/", body=text).text
    assert "It would be held." in page
    assert "casino.example" in page
    assert "It would be published." in owner.send("/admin/spam/demo/try/", body=TALK[:40]).text
    assert rows(server, "SELECT COUNT(*) FROM comments WHERE body LIKE 'Earn cash%'") == [(0,)]


def test_an_owner_loads_lists(server: Server, owner: Owner) -> None:
    entries = "# mine\n0.0.0.0 evil.example\n2001:db8:9::/48"
    assert owner.send("/admin/spam/demo/load/", name="Block <list>", entries=entries).status_code == 303
    assert "Block &lt;list&gt;" in owner.read("/admin/spam/").text
    assert "spam_listed" in reasons(server, write(server, "More about that at http://evil.example/x")["id"])
    refused = owner.send("/admin/spam/demo/load/", name="empty", entries="# nothing")
    assert (refused.status_code, "# nothing" in refused.text) == (400, True)
    assert owner.send("/admin/spam/demo/remove/", name="Block <list>").status_code == 303
    assert rows(server, "SELECT COUNT(*) FROM reputation_entries") == [(0,)]


def test_an_owner_switches_the_filter(server: Server, owner: Owner) -> None:
    owner.send("/admin/spam/demo/switch/", on="0")
    assert form(server)["form"] == ""
    owner.send("/admin/spam/demo/switch/", on="1")
    assert form(server)["form"]
    owner.send("/admin/spam/demo/forget/")
    assert rows(server, "SELECT COUNT(*) FROM spam_filters") == [(0,)]
