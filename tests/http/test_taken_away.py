"""Withdrawn means withdrawn, hidden means hidden: whatever asks again, runs on, or has been said before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from answerback.core.invisible import VisibleText, strip_hidden
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.openai_server import OpenAIServer
from tests.http.members import join
from tests.http.signing import rows
from tests.http.test_corrections import Owner, shown, sign_in
from tests.live.several import Watching
from tests.services import OF_ONE_ADDRESS, Server, Site, wait_until

ENDLESS = {"mode": "endless", "text": "word ", "delay": 0.01}
QUESTION = "When does the bakery open?"


@pytest.fixture(scope="module")
def model() -> Iterator[OpenAIServer]:
    with OpenAIServer.start() as server:
        yield server


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, model: OpenAIServer) -> Iterator[Server]:
    folder, settings = tmp_path_factory.mktemp("taken"), OF_ONE_ADDRESS | {"OPENAI_BASE_URL": model.base_url}
    with Site.start() as site, Server.start(folder, site, **settings) as server:
        yield server


@pytest.fixture(scope="module")
def owner(running: Server) -> Iterator[Owner]:
    with sign_in(running, "owner@example.com", "demo") as signed_in:
        yield signed_in


@pytest.fixture
def asked(shared: Server, model: OpenAIServer) -> tuple[str, str]:
    """Ids of a question and its reply, which has begun."""
    model.reset()
    model.script(default=ENDLESS)
    shared.begin()
    posted = shared.post(QUESTION).json
    return posted["comment"]["id"], posted["answer"]["id"]


def hide_reply(server: Server, owner: Owner, question: str, reply: str) -> str:
    assert owner.send(f"/admin/comments/{reply}/hide/").status_code == 303
    return "comment.removed"


def hide_question(server: Server, owner: Owner, question: str, reply: str) -> str:
    assert owner.send(f"/admin/comments/{question}/hide/").status_code == 303
    return "comment.removed"


def delete_question(server: Server, owner: Owner, question: str, reply: str) -> str:
    assert server.call("DELETE", f"/api/comments/{question}/", {}).status == 204
    return "comment.removed"


def block_asker(server: Server, owner: Owner, question: str, reply: str) -> str:
    visitor = rows(server, "SELECT visitor_id FROM comments WHERE id = ?", question)[0][0]
    assert owner.send(f"/admin/visitors/{visitor}/block/", hide="on").status_code == 303
    return "reload"


WAYS = [hide_reply, hide_question, delete_question, block_asker]


@pytest.mark.parametrize("take_away", WAYS, ids=lambda way: str(way.__name__))
def test_nothing_is_said_after_it_was_taken_away(
    shared: Server, owner: Owner, model: OpenAIServer, asked: tuple[str, str], take_away: Callable[..., str]
) -> None:
    watching = Watching(shared)
    wait_until(lambda: len(watching.named("answer.delta")) >= 3)
    event = take_away(shared, owner, *asked)
    wait_until(lambda: model.seen()["requests"][0]["state"] == "cut", 5)
    wait_until(lambda: rows(shared, "SELECT state FROM answers WHERE id = ?", asked[1]) == [("stopped",)], 5)
    wait_until(lambda: watching.named(event))
    names = [name for name, _ in watching.events]
    assert "answer.delta" not in names[names.index(event) :]
    watching.leave()
    late = Watching(shared)
    assert late.named("answer.delta") == []
    late.leave()


@pytest.mark.parametrize("words", ["keep", "delete"])
def test_erasing_an_account_ends_its_answers(shared: Server, model: OpenAIServer, words: str) -> None:
    model.reset()
    model.script(default=ENDLESS)
    member, watching = join(shared), Watching(shared)
    question = member.write(QUESTION, ask=True)["id"]
    wait_until(lambda: len(watching.named("answer.delta")) >= 3)
    assert member.do("erase", sure="yes", words=words).status == 200
    wait_until(lambda: model.seen()["requests"][0]["state"] == "cut", 5)
    stopped = [("stopped", "")]
    wait_until(lambda: rows(shared, "SELECT state, visitor_id FROM answers WHERE question_id = ?", question) == stopped)
    names = [name for name, _ in watching.events]
    assert "answer.delta" not in names[names.index("reload") :]
    watching.leave()


def test_question_that_was_deleted_first_is_not_sent(shared: Server, owner: Owner, model: OpenAIServer) -> None:
    model.reset()
    shared.begin()
    question = shared.post(QUESTION, ask=False).json["comment"]["id"]
    owner.send(f"/admin/comments/{question}/hide/")
    assert shared.call("POST", f"/api/comments/{question}/answer/", {"site": "demo"}).status == 404
    assert model.seen()["calls"] == 0


def history(server: Server, id: str) -> list[Any]:
    versions: list[Any] = server.call("GET", f"/api/comments/{id}/history/?site=demo").json["history"]
    return versions


def test_withdrawn_answer_cannot_be_asked_for_again(shared: Server, owner: Owner, model: OpenAIServer) -> None:
    model.reset()
    shared.begin()
    id = shared.post(QUESTION).json["answer"]["id"]
    said = shared.settled(id)["body"]
    assert owner.send(f"/admin/comments/{id}/withdraw/", note="Wrong.").status_code == 303
    before = shown(shared, id)
    shared.begin()
    again = shared.call("POST", f"/api/comments/{id}/answer/", {"site": "demo"})
    assert (again.status, again.json["code"]) == (409, "already_answered")
    assert shown(shared, id) == before
    assert before["answer"]["state"] == "withheld"
    assert [version["body"] for version in history(shared, id)] == [None, None]
    assert owner.send(f"/admin/comments/{id}/correct/", body="At eight.", note="").status_code == 303
    versions = history(shared, id)
    assert [version["body"] for version in versions] == [None, None, "At eight."]
    assert said not in str(versions)
    assert model.seen()["calls"] == 1


def test_deltas_have_no_invisible_characters(shared: Server, model: OpenAIServer) -> None:
    model.reset()
    hidden = "At \u202e03:7\u202c half\u200b past\u2066 seven\u2069\U000e0041\ufeff, \u200dthey say. \u0646\u200c\u0645"
    model.script({"text": hidden, "size": 1})
    shared.begin()
    watching = Watching(shared)
    id = shared.post(QUESTION).json["answer"]["id"]
    body = shared.settled(id)["body"]
    wait_until(lambda: watching.named("answer.settled"))
    assert watching.text_of(id) == body == strip_hidden(hidden)
    watching.leave()


SIGNS = "aع1❤ \u200c\u200d\u200b\u202e\u00ad\ufe0e\ufe0f\u20e3\U0001f468\U0001f3f4\U000e0067\U000e0062\U000e007f\u0301x"


@given(st.lists(st.text(alphabet=SIGNS, max_size=4)))
def test_pieces_show_what_the_whole_text_does(pieces: list[str]) -> None:
    visible = VisibleText()
    shown = "".join(visible.of(piece) for piece in [*pieces, "."])
    assert strip_hidden(shown) == strip_hidden("".join(pieces) + ".")
    assert VisibleText().of("".join(pieces) + ".") == shown


@pytest.mark.parametrize("size", [1, 2, 3, 100])
@pytest.mark.parametrize("pictures", ["❤️ ☎️ ☎︎ ©️", "1️⃣ #️⃣", "👨‍👩‍👧 ❤️‍🔥 🏳️‍🌈", "🇰🇷", "🏴󠁧󠁢󠁥󠁮󠁧󠁿 🏴󠁧󠁢󠁳󠁣󠁴󠁿 🏴󠁧󠁢󠁷󠁬󠁳󠁿"])
def test_pictures_keep_what_makes_them(pictures: str, size: int) -> None:
    visible = VisibleText()
    pieces = [pictures[at : at + size] for at in range(0, len(pictures), size)]
    assert "".join(visible.of(piece) for piece in pieces) == strip_hidden(pictures) == pictures


def test_tags_and_selectors_smuggle_nothing() -> None:
    assert (
        strip_hidden("\U0001f3f4\U000e0041\U000e0042\U000e007f a\ufe0f\ufe0eb 1\ufe0f\ufe0f") == "\U0001f3f4 ab 1\ufe0f"
    )
