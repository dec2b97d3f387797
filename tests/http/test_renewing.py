"""What the owner has said comes first, and answers follow the pages that they cite: over the real server."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.openai_server import OpenAIServer
from tests.http.signing import change, rows
from tests.http.test_corrections import Owner, answered, history, owner, server, shown
from tests.services import Server, Site, wait_until

__all__ = ["owner", "server"]  # the fixtures
QUESTION = "When was the bakery founded?"


def rewrite(server: Server, old: str, new: str) -> None:
    """The site's owner changes the page, and some time goes by."""
    page = server.site.folder / server.page[1:]
    page.write_text(page.read_text("utf-8").replace(old, new), "utf-8")
    change(server, "UPDATE page_texts SET fetched_at = 1, etag = '', last_modified = ''")


def ask(server: Server, question: str) -> Any:
    server.begin()
    return server.settled(server.post(question).json["answer"]["id"])


def test_answer_is_renewed_when_its_quote_is_gone(server: Server) -> None:
    _, id = answered(server)
    assert "1931" in shown(server, id)["body"]
    rewrite(server, "founded in 1931", "founded in 1929")
    ask(server, "How much is a loaf of rye bread?")  # which reads the page
    wait_until(lambda: "1929" in shown(server, id)["body"])
    after = shown(server, id)
    assert after["answer"]["state"] == "done" and after["answer"]["outdated"] is False
    assert after["answer"]["revised_at"] is not None
    assert "1929" in after["answer"]["sources"][0]["quote"]
    versions = history(server, id)
    assert [version["action"] for version in versions] == ["renewed"]
    assert "1931" in versions[0]["body"]


def test_owner_verifies_a_renewed_answer(server: Server, owner: Owner) -> None:
    _, id = answered(server)
    rewrite(server, "founded in 1931", "founded in 1929")
    ask(server, "How much is a loaf of rye bread?")
    wait_until(lambda: "1929" in shown(server, id)["body"])
    owner.send(f"/admin/comments/{id}/verify/")
    after = shown(server, id)["answer"]
    assert after["verified_by_owner"] is True and after["revised_at"] is None
    assert [version["action"] for version in history(server, id)] == ["renewed", "verified"]


def test_answer_with_a_standing_quote_is_kept(server: Server) -> None:
    _, id = answered(server)
    before = shown(server, id)
    rewrite(server, "4.20 euros", "4.80 euros")
    assert "4.80" in ask(server, "How much is a loaf of rye bread?")["body"]
    assert shown(server, id) == before


def test_owners_answer_is_marked_but_stays(server: Server, owner: Owner) -> None:
    _, id = answered(server)
    owner.send(f"/admin/comments/{id}/verify/")
    rewrite(server, "founded in 1931", "founded in 1929")
    ask(server, "How much is a loaf of rye bread?")
    wait_until(lambda: shown(server, id)["answer"]["outdated"])
    assert "1931" in shown(server, id)["body"]
    assert shown(server, id)["answer"]["verified_by_owner"] is True


def test_renewal_without_budget_waits_a_day(server: Server) -> None:
    change(server, "DELETE FROM quota_usage")
    _, id = answered(server)
    server.change(budget_answers="2")
    rewrite(server, "founded in 1931", "founded in 1929")
    wait_until(lambda: ask(server, "How much is a loaf of rye bread?")["answer"]["state"] == "done")
    wait_until(lambda: shown(server, id)["answer"]["outdated"])
    assert "1931" in shown(server, id)["body"]
    server.change(budget_answers="")
    due = rows(server, "SELECT renew_at FROM answers WHERE id = ?", id)[0][0]
    assert time.time() * 1000 < due <= (time.time() // 86_400 + 1) * 86_400_000, "at midnight, UTC"
    change(server, "UPDATE answers SET renew_at = 1 WHERE id = ?", id)
    server.clock.advance(seconds=60)
    wait_until(lambda: "1929" in shown(server, id)["body"])


def test_owners_answer_is_quoted_next_time(server: Server, owner: Owner) -> None:
    question, _ = answered(server)
    owner.send(f"/admin/comments/{question}/reply/", body="In 1930, whatever the page says.")
    again = ask(server, "Do you know when the bakery was founded?")
    first = again["answer"]["sources"][0]
    assert first["quote"] == "In 1930, whatever the page says."
    assert "#answerback-" in first["url"]
    corrected = ask(server, "What does a loaf of rye bread cost?")
    assert not any("1930" in source["quote"] for source in corrected["answer"]["sources"])


def copies(server: Server, id: str, count: int) -> None:
    """As if so many had been asked."""
    for table in ("comments", "answers"):
        names = [row[1] for row in rows(server, f"PRAGMA table_info({table})") if row[1] not in ("id", "seq")]
        for number in range(count):
            change(
                server, f"INSERT INTO {table} (id, {', '.join(names)}) SELECT ?, {', '.join(names)} FROM {table} "
                "WHERE id = ?", f"copy-{number}", id,
            )  # fmt: skip


def test_large_change_renews_a_few_at_a_time(server: Server) -> None:
    _, id = answered(server)
    copies(server, id, 24)
    rewrite(server, "founded in 1931", "founded in 1929")
    ask(server, "How much is a loaf of rye bread?")
    counted = """SELECT COUNT(*) FROM answers
        WHERE page = ? AND state = 'done' AND outdated = ? AND (renew_at IS NOT NULL) = ?"""
    wait_until(lambda: rows(server, counted, server.page, 1, 1) == [(5,)])
    wait_until(lambda: rows(server, counted, server.page, 0, 0) == [(21,)])


DOWN = {"mode": "status", "status": 401, "body": {"error": {"message": "no such key"}}}


@pytest.fixture(scope="module")
def model() -> Iterator[OpenAIServer]:
    with OpenAIServer.start() as provider:
        yield provider


@pytest.fixture(scope="module")
def with_model(tmp_path_factory: pytest.TempPathFactory, model: OpenAIServer) -> Iterator[Server]:
    """A server whose answers may fail."""
    folder: Path = tmp_path_factory.mktemp("renewing")
    checked = {"answer_moderation": "words", "blocked_words": "casino"}
    with Site.start() as site, Server.start(folder, site, OPENAI_BASE_URL=model.base_url, **checked) as running:
        yield running


def spoil(server: Server, model: OpenAIServer, step: Any) -> str:
    """An answer that could not be given anew, since the provider does only that."""
    model.reset()
    server.turn_page()
    _, id = answered(server)
    model.script(default=step)
    rewrite(server, "founded in 1931", "founded in 1929")
    ask(server, "How much is a loaf of rye bread?")
    wait_until(lambda: rows(server, "SELECT renew_at FROM answers WHERE id = ?", id)[0][0])
    # The thread is told a moment after it is on disk.
    wait_until(lambda: shown(server, id)["answer"]["outdated"] and server.settled(id))
    return id


@pytest.mark.parametrize(
    "step", [DOWN, {"text": "The page does not say."}, {"text": "In a casino [1]."}], ids=["down", "silent", "blocked"]
)
def test_failed_renewal_keeps_the_text(with_model: Server, model: OpenAIServer, step: Any) -> None:
    id = spoil(with_model, model, step)
    kept = shown(with_model, id)
    assert (kept["answer"]["state"], kept["answer"]["outdated"], kept["answer"]["error"]) == ("done", True, None)
    assert "1931" in kept["body"] and "1931" in kept["html"]
    assert "1931" in kept["answer"]["sources"][0]["quote"]
    assert history(with_model, id) == [], "nothing has been put in its place"
    verdicts = rows(with_model, "SELECT verdicts FROM answers WHERE id = ?", id)[0][0]
    assert verdicts == '{"question":"passed","answer":"passed"}', "the record is that of the words which stand"
    assert rows(with_model, "SELECT * FROM quota_holds WHERE answer_id = ?", id) == []


def test_failed_renewal_is_retried(with_model: Server, model: OpenAIServer) -> None:
    id = spoil(with_model, model, DOWN)
    model.reset()
    change(with_model, "UPDATE answers SET renew_at = 1 WHERE id = ?", id)
    with_model.clock.advance(seconds=60)
    wait_until(lambda: "1929" in shown(with_model, id)["body"])
    assert shown(with_model, id)["answer"]["outdated"] is False
    assert [version["action"] for version in history(with_model, id)] == ["renewed"]
