"""An answer stands below the words that it was given for, or not at all; and what a crawl by hand finds is followed."""

from __future__ import annotations

from pathlib import Path

from tests.fakes.openai_server import OpenAIServer
from tests.http.test_corrections import answered, shown, sign_in
from tests.services import Server, Site, wait_until

PATH = "/api/comments/{}/"


def edit(server: Server, id: str, body: str) -> None:
    assert server.call("PATCH", PATH.format(id) + "?site=demo", {"site": "demo", "body": body}).status == 200


def test_answer_goes_when_its_question_is_edited(shared: Server) -> None:
    question, id = answered(shared)
    before = shown(shared, id)["body"]
    edit(shared, question, "Is the baker a thief and a liar?")
    gone = shown(shared, id)
    assert (gone["answer"]["state"], gone["answer"]["error"]) == ("failed", "question_edited")
    assert gone["answer"]["sources"] == [] and before not in str(gone)
    plain = shared.call("GET", f"/t/?site=demo&page={shared.page}").body.decode()
    assert before.partition("\n")[0] not in plain
    again = shared.call("POST", PATH.format(question) + "answer/", {"site": "demo"})
    assert again.status in (200, 201, 202)
    assert shared.settled(id)["answer"]["state"] == "done"


def test_owners_answer_goes_with_the_words_it_answered(shared: Server) -> None:
    question, id = answered(shared)
    with sign_in(shared, "edits@example.com", "demo") as owner:
        owner.send(f"/admin/comments/{id}/correct/", body="Yes, that is so.")
    assert shown(shared, id)["answer"]["verified_by_owner"]
    edit(shared, question, "Is the baker a thief and a liar?")
    assert "Yes, that is so" not in str(shown(shared, id))


def test_edit_of_another_comment_leaves_answers_alone(shared: Server) -> None:
    _, id = answered(shared)
    other = shared.post("Good bread.", ask=False).json["comment"]["id"]
    edit(shared, other, "Very good bread.")
    assert shown(shared, id)["answer"]["state"] == "done"


def test_answer_that_is_being_written_ends_with_the_old_words(tmp_path: Path, model: OpenAIServer) -> None:
    model.script({"text": "Yes, that is so, and more.", "gate": "on", "gate_after": 1})
    with Site.start() as site, Server.start(tmp_path, site, OPENAI_BASE_URL=model.base_url) as server:
        server.begin()
        posted = server.post("Is the bakery old?").json
        question, id = posted["comment"]["id"], posted["answer"]["id"]
        wait_until(lambda: shown(server, id)["answer"]["state"] == "streaming")
        edit(server, question, "Is the baker a thief and a liar?")
        ended = server.settled(id)
        assert (ended["answer"]["state"], ended["answer"]["error"]) == ("failed", "question_edited")
        assert "that is so" not in str(ended)
        model.release("on")


def test_crawl_by_hand_marks_answers_whose_page_has_changed(server: Server) -> None:
    _, id = answered(server)
    assert not shown(server, id)["answer"]["outdated"]
    page = server.site.folder / server.page[1:]
    (server.site.folder / "index.html").write_text(f'<main>Welcome. <a href="{server.page}">Bakery</a></main>', "utf-8")
    page.write_text(page.read_text("utf-8").replace("1931 by Anna Berg", "1877 by Karl Holm"), "utf-8")
    server.command("site", "crawl", "demo")
    wait_until(lambda: "1877" in str(shown(server, id)) or shown(server, id)["answer"]["outdated"])
