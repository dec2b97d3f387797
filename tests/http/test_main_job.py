"""The main job over real HTTP: comments are answered from the page, limited, kept."""

from __future__ import annotations

import json
import threading
import urllib.request
from concurrent.futures import ThreadPoolExecutor

from tests.http.signing import change
from tests.processes import ServerProcess
from tests.services import Server, walk


def test_a_question_is_answered_from_the_page_with_a_quote(shared: Server) -> None:
    shared.begin()
    posted = shared.post("When does the bakery open on Saturdays?", name="Mina").json
    reply = shared.settled(posted["answer"]["id"])
    assert reply["answer"]["state"] == "done"
    quote = reply["answer"]["sources"][0]
    assert "9:00 on Saturdays" in quote["quote"]
    assert quote["url"] == shared.site.origin + shared.page
    assert reply["parent_id"] == posted["comment"]["id"]
    assert posted["quota"] == {**posted["quota"], "limit": 5, "used": 1, "left": 4}


def test_question_off_the_page_gets_no_sources(shared: Server) -> None:
    shared.begin()
    posted = shared.post("Which football club won the championship in Brazil?").json
    reply = shared.settled(posted["answer"]["id"])
    assert reply["answer"]["sources"] == []
    assert "does not say" in reply["body"]


def test_the_sixth_question_is_refused_and_its_comment_kept(shared: Server) -> None:
    shared.begin()
    for number in range(5):
        assert shared.post(f"Question {number}?").json["answer"] is not None
    sixth = shared.post("And the sixth?")
    assert sixth.status == 201
    assert sixth.json["answer"] is None
    assert sixth.json["refused"]["code"] == "quota_exhausted"
    assert sixth.json["refused"]["resets_at"] == sixth.json["quota"]["resets_at"]
    assert sixth.json["comment"]["id"] in {comment["id"] for comment in shared.thread()["comments"]}
    chat = shared.call("POST", "/api/chat/gpt/", {"site": "demo", "page": shared.page, "user_input": "Seventh?"})
    assert (chat.status, chat.json["code"]) == (429, "quota_exhausted")
    assert int(chat.headers["retry-after"]) > 0


def test_two_hundred_questions_with_one_left_get_one_answer(server: Server) -> None:
    server.restart(daily_answers="1", comments_per_minute="unlimited", address_comments_per_minute="unlimited")
    server.begin()
    with ThreadPoolExecutor(32) as pool:
        replies = list(pool.map(lambda number: server.post(f"Is this number {number}?"), range(200)))
    assert {reply.status for reply in replies} == {201}
    assert sum(reply.json["answer"] is not None for reply in replies) == 1
    assert server.thread()["total"] == 200


def test_the_same_key_gives_the_same_comment_once(shared: Server) -> None:
    shared.begin()
    first, second = (shared.post("When is it open?", key="a-key-of-mine") for _ in range(2))
    assert first.json["comment"]["id"] == second.json["comment"]["id"]
    assert first.json["answer"]["id"] == second.json["answer"]["id"]
    assert second.json["quota"]["used"] == 1
    assert len(shared.thread()["comments"]) == 1


def test_a_kill_loses_no_comment_and_no_answer(server_process: ServerProcess) -> None:
    server = server_process
    names = ("daily_answers", "address_daily_answers", "comments_per_minute", "address_comments_per_minute")
    server.restart(**dict.fromkeys(names, "unlimited"))
    server.begin()
    ids = []
    with ThreadPoolExecutor(8) as pool:
        for reply in pool.map(lambda number: server.post(f"When was the bakery founded, {number}?"), range(50)):
            assert reply.status == 201
            ids.append((reply.json["comment"]["id"], reply.json["answer"]["id"]))
    server.kill()
    change(server, "UPDATE answers SET lease_until = 1 WHERE state = 'streaming'")  # ten seconds later
    server.run()
    for _, answer in ids:
        assert server.settled(answer)["answer"]["state"] == "done"
    comments = list(walk(server.thread()["comments"]))
    assert len(comments) == 100
    assert {comment for comment, _ in ids} <= {comment["id"] for comment in comments}


def test_readers_see_the_answer_stream(shared: Server) -> None:
    shared.begin()
    seen: list[str] = []
    done = threading.Event()
    last = shared.thread()["last_event"]

    def watch() -> None:
        url = f"{shared.url}/api/events/?site=demo&page={shared.page}&after={last}"
        with urllib.request.urlopen(url, timeout=30) as stream:
            for line in stream:
                if line.startswith(b"event: "):
                    seen.append(line[7:].decode().strip())
                    if seen[-1] == "answer.settled":
                        break
        done.set()

    thread = threading.Thread(target=watch)
    thread.start()
    shared.post("How much does rye bread cost?")
    assert done.wait(30)
    thread.join()
    assert seen[:3] == ["ping", "comment.added", "answer.queued"]
    assert "answer.delta" in seen


def test_the_ask_box_streams_and_keeps_its_history(shared: Server) -> None:
    shared.begin()
    data = {"site": "demo", "page": shared.page, "url": shared.site.origin + shared.page, "key": "first-question",
            "user_input": "Who founded the bakery?"}  # fmt: skip
    stream = shared.call("POST", "/api/chat/gpt/", data, Accept="text/event-stream").body.decode()
    names = [line[7:] for line in stream.splitlines() if line.startswith("event: ")]
    assert names[0] == "answer.queued"
    assert names[-1] == "answer.settled"
    settled = json.loads([line for line in stream.splitlines() if line.startswith("data: ")][-1][6:])
    assert "Anna Berg" in settled["response"]
    history = shared.call("GET", f"/api/chat/gpt/?site=demo&page={shared.page}").json
    assert [entry["role"] for entry in history["conversations"]] == ["user", "assistant"]
    assert (history["count"], history["limit"]) == (1, 5)
    again = shared.call("POST", "/api/chat/gpt/", data).json
    assert (again["id"], again["count"]) == (settled["id"], 1)
