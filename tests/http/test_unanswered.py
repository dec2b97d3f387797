"""Questions that the site has no answer to, in the owner's pages: over the real server; grouped on both databases."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from answerback.answers import gaps_store as store
from answerback.answers.gaps import Group, grouped
from answerback.db.database import Database
from answerback.db.work import Work, run
from answerback.sites.store import add_site

from tests.forms import hidden_fields
from tests.http.test_corrections import Owner, sign_in
from tests.services import Server, write_to

UNKNOWN = "Which telescope does Professor Zwicky recommend?"
NOW = 1_790_000_000_000


@pytest.fixture(scope="module")
def owner(running: Server) -> Iterator[Owner]:
    with sign_in(running, "owner@example.com", "demo") as signed_in:
        yield signed_in


@pytest.fixture
def name(shared: Server) -> str:
    """A name that no other test's question has in it."""
    shared.begin()
    return secrets.token_hex(6)


def ask(server: Server, question: str) -> Any:
    posted = server.post(question).json
    answer = server.settled(posted["answer"]["id"])
    assert (answer["answer"]["state"], answer["answer"]["sources"]) == ("done", []), answer["body"]
    return posted


def listed(owner: Owner, name: str, path: str = "/admin/unanswered/") -> list[str]:
    """The entries whose question has that name in it, as HTML."""
    return [entry for entry in re.findall(r"<article.*?</article>", owner.read(path).text, re.S) if name in entry]


def plain(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def dismiss(owner: Owner, entry: str) -> int:
    """Send the form of an entry, with a token of one's own."""
    path, token = "/admin/unanswered/dismiss/", hidden_fields(owner.read("/admin/").text, "/admin/sign-out/")
    return owner.post(path, hidden_fields(entry, path) | token).status_code


def test_unsupported_question_is_listed_until_answered(shared: Server, owner: Owner, name: str) -> None:
    question = ask(shared, f"Which telescope does Professor {name} recommend?")["comment"]["id"]
    (entry,) = listed(owner, name)
    assert "The site does not say" in plain(entry)
    assert f'href="{shared.site.origin}{shared.page}"' in entry
    assert f'/admin/comments/{question}/#reply"' in entry
    assert 'id="reply"' in owner.read(f"/admin/comments/{question}/").text
    owner.send(f"/admin/comments/{question}/reply/", body="The small one.")
    assert listed(owner, name) == []


@pytest.mark.usefixtures("name")
def test_a_supported_answer_is_not_listed(shared: Server, owner: Owner) -> None:
    posted = shared.post("When was the bakery founded?").json
    assert shared.settled(posted["answer"]["id"])["answer"]["sources"]
    assert posted["comment"]["id"] not in owner.read("/admin/unanswered/").text


def test_similar_questions_share_one_entry(shared: Server, owner: Owner, name: str) -> None:
    question = f"Which telescope does Professor {name} recommend?"
    ask(shared, question)
    shared.turn_page()
    shared.begin()
    ask(shared, f"Please, which telescope does Professor {name} recommend?")
    ask(shared, f"When does Professor {name} recommend it?")
    entries = listed(owner, name)
    assert len(entries) == 2
    together = next(entry for entry in entries if "asked 2 times" in entry)
    assert dismiss(owner, together) == 303
    assert len(listed(owner, name)) == 1
    ask(shared, question)
    assert len(listed(owner, name)) == 2, "it was asked again"
    assert not any("asked" in entry for entry in listed(owner, name))


def test_correction_removes_the_entry(shared: Server, owner: Owner, name: str) -> None:
    answer = ask(shared, f"Which telescope does Professor {name} recommend?")["answer"]["id"]
    assert listed(owner, name)
    owner.send(f"/admin/comments/{answer}/correct/", body="The small one.")
    assert listed(owner, name) == []


def test_private_question_is_listed_without_its_asker(shared: Server, owner: Owner, name: str) -> None:
    visitor = shared.call("GET", "/api/session/?site=demo").json["visitor"]["id"]
    shared.post("Hello, I am here.", name="Ada of the Harbour", ask=False)
    text = f"Which telescope does Professor {name} <b>recommend</b>?"
    chat = {"site": "demo", "page": shared.page, "url": shared.site.origin + shared.page, "user_input": text}
    assert shared.call("POST", "/api/chat/gpt/", chat).status == 200
    (entry,) = listed(owner, name)
    assert "in the ask box" in plain(entry) and text in plain(entry)
    assert "<b>recommend" not in entry
    assert visitor not in entry and "Ada" not in entry
    assert "/admin/comments/" not in entry
    assert dismiss(owner, entry) == 303
    assert listed(owner, name) == []


def test_question_refused_by_budget_is_listed(shared: Server, owner: Owner, name: str) -> None:
    shared.change(budget_answers="0")
    posted = shared.post(f"When was the bakery of {name} founded?").json
    assert (posted["answer"], posted["refused"]["code"]) == (None, "budget_exhausted")
    (entry,) = listed(owner, name)
    assert "The budget was used up" in plain(entry)
    shared.change(budget_answers="")
    again = shared.call("POST", f"/api/comments/{posted['comment']['id']}/answer/", {"site": "demo"}).json["answer"]
    shared.settled(again["id"])
    assert not any("The budget was used up" in entry for entry in listed(owner, name))


def test_only_the_owners_of_the_site_see_and_dismiss(shared: Server, owner: Owner, name: str) -> None:
    ask(shared, f"Which telescope does Professor {name} recommend?")
    (entry,) = listed(owner, name)
    shared.command("site", "add", "other", "--origin", "https://other.example", check=False)
    with sign_in(shared, "stranger@example.com", "other") as stranger:
        assert name not in stranger.read("/admin/unanswered/").text
        assert stranger.read("/admin/unanswered/?site=demo").status_code == 404
        assert dismiss(stranger, entry) == 404
    assert owner.post("/admin/unanswered/dismiss/", {"token": "0" * 64, "id": "x"}).status_code == 403
    assert owner.send("/admin/unanswered/dismiss/", id="").status_code == 404
    assert owner.read("/admin/unanswered/?from=x").status_code == 400
    assert listed(owner, name)


def test_every_question_is_on_exactly_one_page_of_the_list(shared: Server, owner: Owner, name: str) -> None:
    def many_questions() -> Work[None]:
        for number in range(60):
            yield from answer(f"{name}{number:02}", f"Colour of {name}{secrets.token_hex(4)}?", NOW, site="demo")

    write_to(shared.database_url, many_questions)
    seen: list[str] = []
    path = "/admin/unanswered/"
    while path:
        text = owner.read(path).text
        seen += [id for id in re.findall(r'<article class="entry" aria-labelledby="q-([^"]+)"', text) if name in id]
        older = re.search(r'<a href="([^"]+)" rel="next"', text)
        path = unescape(older[1]) if older else ""
    assert len(seen) == len(set(seen)) == 60


# ---- grouped, on both databases


def answer(id: str, question: str, at: int, *, site: str = "one", **values: Any) -> Work[None]:
    """A comment and its answer, by default without support."""
    columns = {"state": "done", "supported": 0, "error": None, "retry_at": None, "dismissed_at": None} | values
    yield run(
        """INSERT INTO threads (site, page, url, title, created_at) VALUES (:site, '/a/', '', '', 1)
        ON CONFLICT (site, page) DO NOTHING""",
        site=site,
    )
    yield run(
        """INSERT INTO comments (id, site, page, root_id, depth, author_kind, author_name, body, html, state,
            created_at)
        VALUES (:question_id, :site, '/a/', :question_id, 0, 'guest', '', :question, '', 'published', :at)""",
        question_id=f"q{id}", site=site, question=question, at=at,
    )  # fmt: skip
    yield run(
        """INSERT INTO answers (id, kind, site, page, url, title, question_id, visitor_id, address_key, queued_at,
            due_at, settled_at, state, supported, error, retry_at, dismissed_at)
        VALUES (:id, 'thread', :site, '/a/', '', '', :question_id, 'v', '', :at, :at, :at, :state, :supported,
            :error, :retry_at, :dismissed_at)""",
        id=id, site=site, question_id=f"q{id}", at=at, **columns,
    )  # fmt: skip


def furnish() -> Work[None]:
    for site in ("one", "two"):
        yield from add_site(site, {"origins": f"https://{site}.example"}, NOW)
    yield from answer("a1", UNKNOWN, NOW + 1)
    yield from answer("a2", f"Please, {UNKNOWN.lower()}", NOW + 5)
    yield from answer("a3", "What does rye bread cost?", NOW + 2, state="failed", supported=None, error="cut")
    yield from answer("b1", "What does oat bread cost?", NOW + 3, supported=1)
    yield from answer("b2", "Is it tried again?", NOW + 3, state="failed", supported=None, retry_at=NOW)
    yield from answer("b3", "Where is the harbour?", NOW + 3, dismissed_at=NOW + 4)
    yield from answer("b4", "Where is the harbour, please?", NOW + 2)
    yield from answer("a4", "Where is the harbour now?", NOW + 6)
    yield from answer("t1", UNKNOWN, NOW + 7, site="two")


def ids(groups: list[Group]) -> list[list[str]]:
    return [[item.id for item in group.items] for group in groups]


@pytest.mark.anyio
async def test_list_reads_the_same_on_both_databases(database: Database) -> None:
    await database.write(furnish)

    async def look(*sites: str) -> list[list[str]]:
        return ids(grouped(await database.read(lambda: store.unanswered(sites))))

    assert await look("one") == [["a4"], ["a2", "a1"], ["a3"]]
    assert await look("one", "two") == [["t1"], ["a4"], ["a2", "a1"], ["a3"]]
    assert await look() == []
    assert await database.write(lambda: store.dismiss(["two"], ["a1", "a2"], NOW + 9, NOW + 9)) == []
    assert await database.write(lambda: store.dismiss(["one"], ["a1", "a2", "nothing"], NOW + 9, NOW + 9)) == [
        ("one", "a1"), ("one", "a2"),
    ]  # fmt: skip
    assert await look("one") == [["a4"], ["a3"]]
