"""When the AI answers: by the site's rule and the page's, on request, as a draft, between people, and no more than so
often; over the real server."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from answerback.clock import SystemClock
from answerback.comments.store import set_rule

from tests.http.signing import change, rows
from tests.http.test_corrections import Owner, sign_in
from tests.services import Server, wait_until, walk, write_to

QUESTION, REMARK = "When was the bakery founded?", "The rye loaf of this bakery is lovely."
KOREAN_QUESTION, KOREAN_REMARK = "빵집은 언제 문을 여나요", "이 빵집 호밀빵이 정말 맛있었습니다."


@pytest.fixture
def site(shared: Server) -> Server:
    """The shared server on a fresh page, as a guest."""
    shared.begin()
    return shared


@pytest.fixture
def changed(running: Server) -> Iterator[None]:
    """For tests that change the site's settings: afterwards they are as before."""
    yield
    running.change(ai="questions", max_answers_per_thread="6", draft_minutes="", moderation="none")


@pytest.fixture(scope="module")
def owner(running: Server) -> Iterator[Owner]:
    with sign_in(running, "owner@example.com", "demo") as signed_in:
        yield signed_in


def rule(server: Server, text: str | None) -> None:
    """Give the page a rule of its own."""
    now = SystemClock().now()
    write_to(server.database_url, lambda: set_rule("demo", server.page, text, now))


def session(server: Server) -> Any:
    return server.call("GET", f"/api/session/?site=demo&page={server.page}").json


def used(server: Server) -> int:
    count: int = session(server)["quota"]["used"]
    return count


def answers(server: Server, body: str, **fields: Any) -> bool:
    """Whether a comment is going to be answered; that it costs the day's limit exactly then is seen too."""
    before = used(server)
    posted = server.post(body, **fields)
    assert posted.status == 201, posted.body
    assert posted.json["refused"] is None
    answered = posted.json["answer"] is not None
    assert used(server) == before + answered
    if answered and posted.json["answer"]["state"] == "published":
        server.settled(posted.json["answer"]["id"])
    return answered


def visible(server: Server) -> list[str]:
    """Ids of what everybody sees on the page."""
    return [comment["id"] for comment in walk(server.thread()["comments"])]


@pytest.mark.usefixtures("changed")
@pytest.mark.parametrize(
    ("text", "answered"),
    [
        ("always", (True, True, True, True, True)),
        ("questions", (True, False, True, False, True)),
        ("mention", (False, False, False, False, True)),
        ("drafts", (True, False, True, False, True)),
        ("off", (False, False, False, False, False)),
    ],
)
def test_each_rule_answers_what_it_should(site: Server, text: str, answered: tuple[bool, ...]) -> None:
    """Of a question, a remark, both in Korean, and a remark that calls the AI by name: by the page's rule as by the
    site's."""
    bodies = (QUESTION, REMARK, KOREAN_QUESTION, KOREAN_REMARK, "@answerback the opening hours")
    rule(site, text)
    assert session(site)["settings"]["ai"] == text
    assert tuple(answers(site, body) for body in bodies) == answered
    site.turn_page()
    site.begin()
    site.change(ai=text)
    assert tuple(answers(site, body) for body in bodies) == answered


@pytest.mark.usefixtures("changed")
def test_page_rule_overrides_the_site_unless_off(site: Server) -> None:
    rule(site, "mention")
    assert not answers(site, QUESTION)
    rule(site, None)
    assert answers(site, QUESTION)
    rule(site, "always")
    site.change(ai="off")
    assert not answers(site, "@ai are you there?")
    assert session(site)["settings"]["ai"] == "off"


@pytest.mark.usefixtures("changed")
def test_rule_before_the_first_comment_keeps_no_url(site: Server) -> None:
    rule(site, "always")
    answers(site, REMARK)
    site.change(ai="questions")
    posted = site.post(QUESTION).json
    assert site.settled(posted["answer"]["id"])["answer"]["sources"][0]["url"] == site.site.origin + site.page


def test_ask_flag_overrides_the_rule(site: Server) -> None:
    assert not answers(site, QUESTION, ask=False)
    assert not answers(site, "@ai when do you open?", ask=False)
    rule(site, "mention")
    assert answers(site, REMARK, ask=True)


@pytest.mark.usefixtures("changed")
@pytest.mark.parametrize(("ask", "answered"), [(False, False), (None, False), (True, True)])
def test_ask_choice_survives_moderation(site: Server, owner: Owner, ask: bool | None, answered: bool) -> None:
    site.change(moderation="all", ai="mention")
    posted = site.post(QUESTION, ask=ask).json
    assert (posted["comment"]["state"], posted["answer"]) == ("pending", None)
    owner.send(f"/admin/comments/{posted['comment']['id']}/restore/")
    assert len(visible(site)) == (2 if answered else 1)
    assert used(site) == (1 if answered else 0)


def test_off_refuses_explicit_asks_too(site: Server) -> None:
    id = site.post(QUESTION, ask=False).json["comment"]["id"]
    rule(site, "off")
    chat = {"site": "demo", "page": site.page, "url": site.site.origin + site.page, "user_input": QUESTION}
    for path, data in ((f"/api/comments/{id}/answer/", {"site": "demo"}), ("/api/chat/gpt/", chat)):
        refused = site.call("POST", path, data)
        assert (refused.status, refused.json["code"]) == (403, "ai_off")
    rule(site, "mention")
    assert site.call("POST", f"/api/comments/{id}/answer/", {"site": "demo"}).status == 202
    assert site.call("POST", "/api/chat/gpt/", chat).status == 200


def test_conversation_between_people_is_not_answered(site: Server) -> None:
    first = site.post("I baked this bread today.").json["comment"]["id"]
    site.begin()
    asked = site.post("What flour did you take?", parent_id=first).json
    assert asked["answer"] is None
    assert used(site) == 0
    to_oneself = site.post("Or was it rye?", parent_id=asked["comment"]["id"]).json
    assert to_oneself["answer"] is not None
    assert site.call("POST", f"/api/comments/{asked['comment']['id']}/answer/", {"site": "demo"}).status == 202


@pytest.mark.usefixtures("changed")
def test_no_answer_after_a_persons_answer(site: Server, owner: Owner) -> None:
    site.change(moderation="all")
    asked, alone = (site.post(QUESTION).json["comment"]["id"] for _ in range(2))
    site.change(moderation="none", ai="off")
    for id in (asked, alone):
        owner.send(f"/admin/comments/{id}/restore/")  # published while nothing is answered
    site.post("I mean this one.", parent_id=alone)
    asker = site.token
    site.begin()
    helper = site.post("In 1931.", parent_id=asked).json["comment"]["id"]
    for id in (asked, alone):
        owner.send(f"/admin/comments/{id}/hide/")
    site.change(ai="questions")
    for id in (asked, alone):
        owner.send(f"/admin/comments/{id}/restore/")  # asked by the rule; the first one answered by a person already

    wait_until(lambda: [c["id"] for c in walk(site.thread()["comments"]) if c["parent_id"] == asked] == [helper])
    of_the_other = [c for c in walk(site.thread()["comments"]) if c["parent_id"] == alone and c["answer"]]
    assert site.settled(of_the_other[0]["id"])["answer"]["state"] == "done", "nobody answers their own question"
    site.token = asker
    assert used(site) == 1

    site.begin()
    again = site.call("POST", f"/api/comments/{asked}/answer/", {"site": "demo"})
    assert again.status == 202
    assert site.settled(again.json["answer"]["id"])["answer"]["state"] == "done"


@pytest.mark.usefixtures("changed")
def test_round_limit_needs_an_explicit_ask(site: Server) -> None:
    site.change(max_answers_per_thread="2")
    parent = None
    for question, expected in ((QUESTION, True), ("And where does it stand?", True), ("What is closed?", False)):
        posted = site.post(question, parent_id=parent).json
        assert (posted["answer"] is not None) is expected
        parent = posted["comment"]["id"]
        if posted["answer"]:
            parent = site.settled(posted["answer"]["id"])["id"]
    assert used(site) == 2
    assert site.post("@ai What does a loaf of rye bread cost?", parent_id=parent).json["answer"] is not None
    assert answers(site, "When do you open?"), "another thread has rounds of its own"


def test_draft_is_shown_to_the_owner_only(site: Server, owner: Owner) -> None:
    rule(site, "drafts")
    posted = site.post(QUESTION).json
    draft = posted["answer"]
    assert (draft["state"], draft["body"]) == ("pending", "")
    path = f"/admin/comments/{draft['id']}/"
    wait_until(lambda: "1931" in owner.read(path).text)

    assert visible(site) == [posted["comment"]["id"]]
    waiting = session(site)["mine"]["pending"]
    assert [(comment["id"], comment["body"], comment["html"]) for comment in waiting] == [(draft["id"], "", "")]
    assert waiting[0]["answer"]["sources"] == []
    again = site.call("POST", f"/api/comments/{posted['comment']['id']}/answer/", {"site": "demo"})
    assert again.json["code"] == "already_answered"
    asker, site.token = site.token, ""
    site.begin()
    assert session(site)["mine"]["pending"] == []
    for method, call in (("PUT", "vote"), ("POST", "report"), ("DELETE", "answer")):
        reply = site.call(method, f"/api/comments/{draft['id']}/{call}/", {"site": "demo", "value": 1})
        assert reply.status == 404, reply.body

    owner.send(f"{path}restore/")
    assert visible(site) == [posted["comment"]["id"], draft["id"]]
    assert "1931" in site.settled(draft["id"])["body"]
    site.token = asker
    assert session(site)["mine"]["pending"] == []


def test_draft_is_not_streamed_to_readers(site: Server, owner: Owner) -> None:
    rule(site, "drafts")
    before = site.thread()["last_event"]
    draft = site.post(QUESTION).json["answer"]["id"]
    wait_until(lambda: "1931" in owner.read(f"/admin/comments/{draft}/").text)
    site.post(REMARK, ask=False)
    heard = events(site, before, until="lovely")
    assert draft not in heard and "1931" not in heard
    owner.send(f"/admin/comments/{draft}/restore/")
    assert "1931" in events(site, before, until=draft)


def events(server: Server, after: str, *, until: str) -> str:
    """What a reader's event stream has told since then, until these words are in it."""
    path = f"/api/events/?site=demo&page={server.page}&after={after}"
    heard = ""
    with urllib.request.urlopen(server.url + path, timeout=20) as stream:
        while until not in heard:
            heard += stream.readline().decode()
    return heard


def test_owners_edit_is_published_with_the_draft(site: Server, owner: Owner) -> None:
    rule(site, "drafts")
    draft = site.post(QUESTION).json["answer"]["id"]
    wait_until(lambda: "1931" in owner.read(f"/admin/comments/{draft}/").text)
    owner.send(f"/admin/comments/{draft}/correct/", body="In 1931, by Anna Berg.")
    assert site.settled(draft)["body"] == "In 1931, by Anna Berg."


@pytest.mark.usefixtures("changed")
def test_draft_is_published_after_its_delay(site: Server) -> None:
    site.change(ai="drafts", draft_minutes="60")
    early, late = (site.post(QUESTION).json["answer"]["id"] for _ in range(2))
    drafted = "SELECT COUNT(*) FROM answers WHERE state = 'done' AND id IN (?, ?)"
    wait_until(lambda: rows(site, drafted, early, late) == [(2,)])
    change(site, "UPDATE answers SET settled_at = settled_at - 3600000 WHERE id = ?", early)
    site.clock.advance(seconds=60)
    wait_until(lambda: early in visible(site))
    assert late not in visible(site), "the hour is not over"
    assert "1931" in site.settled(early)["body"]


def test_the_owner_says_where_a_page_is(site: Server, owner: Owner) -> None:
    id = site.post(REMARK, page="opaque", url=f"{site.site.origin}/elsewhere").json["comment"]["id"]
    path, right = f"/admin/comments/{id}/", f"{site.site.origin}/bakery.html"
    assert f'value="{site.site.origin}/elsewhere"' in owner.read(path).text
    assert owner.send(f"{path}place/", url=right, title="The <bakery>").status_code == 303
    site.post(REMARK, page="opaque", url=f"{site.site.origin}/elsewhere")
    shown = owner.read(path).text
    assert f'value="{right}"' in shown and "The &lt;bakery&gt;" in shown
    refused = owner.send(f"{path}place/", url="https://evil.example/", title="x")
    assert refused.status_code == 400 and "not one of the site" in refused.text


def test_the_owner_chooses_the_rule_of_a_page(site: Server, owner: Owner) -> None:
    id = site.post(REMARK).json["comment"]["id"]
    path = f"/admin/comments/{id}/"
    assert "As on the whole site (Questions)" in owner.read(path).text
    assert owner.send(f"{path}rule/", ai="mention").status_code == 303
    assert '<option value="mention" selected>' in owner.read(path).text
    assert not answers(site, QUESTION)
    owner.send(f"{path}rule/", ai="default")
    assert answers(site, QUESTION)
    assert owner.send(f"{path}rule/", ai="sometimes").status_code == 400
    assert owner.post(f"{path}rule/", {"ai": "off", "token": "0" * 64}).status_code == 403
    assert session(site)["settings"]["ai"] == "questions"
