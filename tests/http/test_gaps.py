"""What a site does not say: proposed to its writers, and closed when a crawl finds that a page says it now."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from answerback.agents.store import is_page, pages
from answerback.answers.gaps import gaps_of
from answerback.answers.gaps_store import closed_lately, unanswered
from answerback.db.database import Database
from answerback.db.work import Work, run
from answerback.evaluation.store import asked_lately, sections
from answerback.sites.store import add_site

from tests.http.test_corrections import Owner, sign_in
from tests.http.test_unanswered import NOW, answer, plain
from tests.services import Server, Site, wait_until

BIKES = "Where can I park my bicycle?"
ANSWER = "<h2>Bicycles</h2><p>You can park your bicycle behind the bakery, beside the blue shed.</p></main>"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Site.start() as site:
        folder = tmp_path_factory.mktemp("gaps")
        with Server.start(folder, site, daily_answers="unlimited", name="Harbour bakery") as server:
            server.command("site", "crawl", "demo")
            server.begin()
            yield server


@pytest.fixture(scope="module")
def owner(server: Server) -> Iterator[Owner]:
    with sign_in(server, "owner@example.com", "demo") as signed_in:
        yield signed_in


def asked(server: Server, question: str) -> Any:
    posted = server.post(question).json
    server.settled(posted["answer"]["id"])
    return posted["comment"]


def gaps(server: Server) -> dict[str, Any]:
    return {gap["question"]: gap for gap in json.loads(server.command("gaps", "demo", "--format", "json").stdout)}


def test_gap_closes_when_a_page_says_it(server: Server, owner: Owner) -> None:
    asked(server, BIKES)
    asked(server, "Please, where can I park my bicycle?")
    (found,) = gaps(server).values()
    assert (found["asked"], found["pages"], found["sentence"]) == (2, ["/bakery.html"], None)
    assert found["place"]["url"] == f"{server.site.origin}/bakery.html" and found["place"]["after"]
    assert found["diff"].endswith("\n+[Please, where can I park my bicycle?]")
    assert "What the site could say" in plain(owner.read("/admin/unanswered/").text)

    page = server.site.folder / "bakery.html"
    page.write_text(page.read_text("utf-8").replace("rye bread", "rye loaf"), "utf-8")
    server.clock.advance(seconds=60)
    server.command("site", "crawl", "demo")
    assert len(gaps(server)) == 1, "what was added says nothing of it"
    page.write_text(page.read_text("utf-8").replace("</main>", ANSWER), "utf-8")
    server.command("site", "crawl", "demo")
    wait_until(lambda: gaps(server) == {})
    shown = plain(owner.read("/admin/unanswered/").text)
    assert "Now answered by your pages" in shown and BIKES in shown
    assert "Nothing that demo was asked is missing" in server.command("gaps", "demo").stderr


def test_what_people_reply_is_proposed(server: Server, owner: Owner) -> None:
    pets, gift = "May my parrot come along?", "Do you sell gift vouchers?"
    on_pets, on_gift = asked(server, pets), asked(server, gift)
    server.post("Yes, *my* parrot was [welcome](https://x.example).", parent_id=on_pets["id"], ask=False)
    found = gaps(server)
    assert (found[pets]["sentence"], found[pets]["by_owner"]) == ("Yes, my parrot was welcome.", False)
    owner.send(f"/admin/comments/{on_gift['id']}/reply/", body="Vouchers are sold at the counter.")
    found = gaps(server)
    assert (found[gift]["sentence"], found[gift]["by_owner"]) == ("Vouchers are sold at the counter.", True)
    text = server.command("gaps", "demo").stdout
    assert text.startswith("# Harbour bakery: unanswered questions\n\n## ")
    assert "+Vouchers are sold at the counter.\n```" in text and "your own answer in the thread" in text
    assert "Vouchers" not in owner.read("/admin/unanswered/").text, "what the owner has answered is not open"


def test_gaps_of_no_site_are_none(server: Server, tmp_path: Path) -> None:
    assert server.command("gaps", "nowhere", check=False).returncode == 1


@pytest.mark.anyio
async def test_closed_questions_are_told_of_each_site(database: Database) -> None:
    def furnish() -> Work[None]:
        for site in ("one", "two"):
            yield from add_site(site, {"origins": f"https://{site}.example"}, NOW)
            yield from answer(f"{site}1", "Is it open?", NOW, site=site, dismissed_at=NOW + 2)
            yield from answer(f"{site}2", "Is it open?", NOW, site=site, dismissed_at=NOW + 1)
        yield run("UPDATE answers SET closed_by = 'https://one.example/' WHERE site = 'one'")

    await database.write(furnish)
    (closed,) = await database.read(lambda: closed_lately(["one", "two"], NOW, 10))
    assert (closed.site, closed.question, closed.closed_by, closed.at) == (
        "one", "Is it open?", "https://one.example/", NOW + 2,
    )  # fmt: skip
    assert await database.read(lambda: closed_lately(["two"], NOW, 10)) == []


@pytest.mark.anyio
async def test_questions_and_sections_read_alike_on_both(database: Database) -> None:
    def furnish() -> Work[None]:
        for site in ("one", "two"):
            yield from add_site(site, {"origins": f"https://{site}.example"}, NOW)
            yield from answer(f"{site}1", "Is it open?", NOW, site=site)
            yield from answer(f"{site}2", "Is it open?", NOW + 1, site=site)
        yield run("UPDATE answers SET url = 'https://one.example/' WHERE site = 'one'")
        yield run("""UPDATE answers SET passages = '[{"url": "https://one.example/", "hash": "gone"}]'""")
        yield run(
            """INSERT INTO site_pages (site, url, title, hash, status, passages, etag, last_modified, found_at, read_at,
                changed_at) VALUES ('one', 'https://one.example/', 'One', 'h', 'ok', 1, '', '', 1, 1, 1)"""
        )

    await database.write(furnish)
    assert await database.read(lambda: asked_lately("one", 5)) == [("https://one.example/", "Is it open?")]
    assert await database.read(lambda: asked_lately("two", 5)) == [], "no address, nothing to ask it on"
    assert await database.read(lambda: sections("one")) == []
    assert [page.url for page in await database.read(lambda: pages("one"))] == ["https://one.example/"]
    assert await database.read(lambda: is_page("one", "https://one.example/"))
    assert not await database.read(lambda: is_page("two", "https://one.example/"))
    items = await database.read(lambda: unanswered(["one"]))
    (gap,) = await database.read(lambda: gaps_of(items))
    assert (len(gap.group.items), gap.place.url, gap.sentence) == (2, "https://one.example/", "")
