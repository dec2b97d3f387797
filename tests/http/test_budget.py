"""What answers may cost a day: held before each call, exact however many ask, and less and less as it gets short."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.openai_server import OpenAIServer
from tests.http.signing import change, rows
from tests.processes import ServerProcess
from tests.services import Server, Site, wait_until

UNLIMITED = dict.fromkeys(
    ("address_daily_answers", "address_comments_per_minute", "comments_per_minute", "daily_answers"), "unlimited"
)
NO_BUDGET = {"budget_answers": "", "budget_tokens": "", "budget_usd": "", "page_daily_answers": ""}
WIDE = {"budget_tokens": "100000000", "budget_usd": "900000"}
FULL, SHORT = 800, 250
"""Tokens to say at most, of a whole answer and of a shorter one."""
PRICES = "gpt-5-mini=1000/0/1000,dearer=2000/0/2000"


def provided_by(model: OpenAIServer) -> dict[str, str]:
    return {
        "OPENAI_BASE_URL": model.base_url, "ANSWERBACK_PRICES": PRICES, "ANSWERBACK_FALLBACK_MODEL": "dearer",
    }  # fmt: skip


@pytest.fixture(scope="module")
def provider() -> Iterator[OpenAIServer]:
    with OpenAIServer.start() as server:
        yield server


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, provider: OpenAIServer) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("budget")
    with Site.start() as site, Server.start(folder, site, **provided_by(provider)) as server:
        server.change(**UNLIMITED)
        yield server


@pytest.fixture
def model(provider: OpenAIServer) -> OpenAIServer:
    provider.reset()
    return provider


@pytest.fixture
def server(shared: Server) -> Server:
    begin_anew(shared)
    return shared


def begin_anew(server: Server) -> None:
    """A fresh visitor on a fresh page and a fresh day."""
    for table in ("quota_usage", "quota_holds", "budget_alerts"):
        change(server, f"DELETE FROM {table}")
    server.turn_page()
    server.begin()


def spent(server: Server, budget: str) -> int:
    """What is used of today's `tokens` or `money`, or of the `site`'s answers, with what is held."""
    found = rows(server, "SELECT used FROM quota_usage WHERE bucket = ?", f"{budget}:demo")
    return int(found[0][0]) if found else 0


def held(server: Server, budget: str) -> list[int]:
    """What is held for answers that are under way."""
    return [row[0] for row in rows(server, "SELECT amount FROM quota_holds WHERE bucket = ?", f"{budget}:demo")]


def used(server: Server) -> int:
    count: int = server.call("GET", f"/api/session/?site=demo&page={server.page}").json["quota"]["used"]
    return count


def ask(server: Server, question: str) -> Any:
    """The settled answer to a question."""
    return server.settled(server.post(question, ask=True).json["answer"]["id"])


def limits(model: OpenAIServer) -> list[int]:
    """How much each call was allowed to say."""
    return [request["body"]["max_tokens"] for request in model.seen()["requests"]]


def price_of_one(server: Server, model: OpenAIServer, question: str) -> tuple[int, int]:
    """What is held for a whole answer to such a question, in tokens and in millionths of a dollar."""
    server.change(**WIDE)
    model.script({"gate": "priced"})
    answer = server.post(question, ask=True).json["answer"]["id"]
    wait_until(lambda: model.seen()["running"] == 1)
    (tokens,), (money,) = held(server, "tokens"), held(server, "money")
    model.release("priced")
    server.settled(answer)
    begin_anew(server)
    model.reset()
    return tokens, money


@pytest.mark.parametrize("budget", ["answers", "tokens", "usd"])
def test_budget_for_ten_answers_ten_of_a_hundred(server: Server, model: OpenAIServer, budget: str) -> None:
    question = f"When do {budget} open, {{:03}}?"  # of each budget others, or they would be answered already
    tokens, money = price_of_one(server, model, question.format(0))
    assert money == tokens * 2_000, "by the dearer of the two models"
    enough = {"answers": "10", "tokens": str(10 * tokens + 100), "usd": f"{(10 * money + 200_000) / 1_000_000:.6f}"}
    server.change(**NO_BUDGET | {f"budget_{budget}": enough[budget]})
    model.script(default={"gate": "go"})

    with ThreadPoolExecutor(32) as pool:
        posted = list(pool.map(lambda number: server.post(question.format(number)).json, range(1, 101)))

    if budget == "answers":
        assert [item["refused"]["code"] for item in posted if not item["answer"]] == ["budget_exhausted"] * 90
    else:
        told = "SELECT COUNT(*) FROM answers WHERE page = ? AND error = 'budget_exhausted' AND state = 'failed'"
        wait_until(lambda: rows(server, told, server.page) == [(90,)])
    wait_until(lambda: model.seen()["running"] == 10)
    model.release("go")
    wait_until(lambda: model.seen()["running"] == 0)
    given = "SELECT COUNT(*) FROM answers WHERE page = ? AND state = 'done'"
    wait_until(lambda: rows(server, given, server.page) == [(10,)])
    assert model.seen()["calls"] == 10
    assert set(limits(model)) == {FULL}
    assert used(server) == 10, "nobody pays for what was not given"
    assert held(server, "tokens") == held(server, "money") == []


def test_busy_page_leaves_answers_for_others(server: Server, model: OpenAIServer) -> None:
    server.change(**NO_BUDGET | {"page_daily_answers": "1"})
    with ThreadPoolExecutor(16) as pool:
        posted = list(pool.map(lambda number: server.post(f"Is it busy, {number:03}?").json, range(40)))
    assert [item["refused"]["code"] for item in posted if not item["answer"]] == ["budget_exhausted"] * 39
    assert server.thread()["total"] == 40, "what was said is kept"
    wait_until(lambda: model.seen()["calls"] == 1)
    quota = server.call("GET", f"/api/session/?site=demo&page={server.page}").json["quota"]
    assert (quota["used"], quota["left"]) == (1, 0)
    asked = {"site": "demo", "page": server.page, "user_input": "And in the box?"}
    assert server.call("POST", "/api/chat/gpt/", asked).json["code"] == "budget_exhausted"
    server.turn_page()
    server.begin()
    assert ask(server, "Is it quiet here?")["answer"]["state"] == "done"


def test_actual_usage_replaces_the_estimate(server: Server, model: OpenAIServer) -> None:
    tokens, money = price_of_one(server, model, "When does it open, 000?")
    server.change(**NO_BUDGET | {"budget_tokens": str(tokens + 300), "budget_usd": "5"})
    model.script({"text": "x" * 80, "gate": "go", "gate_after": 5})
    answer = server.post("When does it open, 001?").json["answer"]["id"]
    wait_until(lambda: model.seen()["running"] == 1)
    assert (spent(server, "tokens"), spent(server, "money")) == (tokens, money)
    model.release("go")
    server.settled(answer)
    assert spent(server, "tokens") == 100 + 20, "as the provider has counted"
    assert spent(server, "money") == (100 - 40 + 20) * 1_000, "40 came from its cache"
    assert ask(server, "And how much is a loaf of rye bread?")["answer"]["state"] == "done"


def test_answers_degrade_as_the_budget_runs_out(server: Server, model: OpenAIServer) -> None:
    tokens, _ = price_of_one(server, model, "When does it open, 000?")
    server.change(**NO_BUDGET | {"budget_tokens": str(tokens + 100)})
    model.script(default={"text": "The page says: “founded in 1931” [1]."})
    first = ask(server, "When was the bakery founded?")
    ask(server, "How much is a loaf of rye bread?")
    assert limits(model) == [FULL, SHORT], "the second one is shorter"

    server.change(budget_tokens=str(spent(server, "tokens") + 10))
    again = ask(server, "When was this bakery founded?")
    assert (again["body"], again["answer"]["state"]) == (first["body"], "done")
    assert again["answer"]["provider"] == "answered"
    assert used(server) == 3

    none = ask(server, "Where does the lighthouse stand?")
    assert (none["answer"]["state"], none["answer"]["error"]) == ("failed", "budget_exhausted")
    assert none["answer"]["retry_at"] is None
    assert "owner will see your question" in none["body"]
    assert (used(server), model.seen()["calls"]) == (3, 2)
    assert held(server, "tokens") == []


def test_waiting_retry_holds_no_budget(server: Server, model: OpenAIServer) -> None:
    server.change(**NO_BUDGET | WIDE)
    model.script(*[{"mode": "status", "status": 503, "retry_after": "0"}] * 6)
    reply = ask(server, "When does it open?")
    assert reply["answer"]["retry_at"] is not None
    assert held(server, "tokens") == held(server, "money") == []
    assert spent(server, "tokens") == 0
    assert used(server) == 1, "but its place in the day"


def test_thoughts_are_held_with_the_answer(server: Server, model: OpenAIServer) -> None:
    def most(name: str) -> int:
        server.change(**NO_BUDGET | WIDE, model=name)
        model.script({"gate": name})
        answer = server.post(f"When does it open, {name}?").json["answer"]["id"]
        wait_until(lambda: model.seen()["running"] == 1)
        [tokens] = held(server, "tokens")
        model.release(name)
        server.settled(answer)
        return tokens

    plain, thinking = most("plain"), most("gpt-oss")
    server.change(model="")
    assert FULL < plain < FULL + 1_000
    assert thinking - plain > 1_900, "what it may think is paid for as well"


def test_stopped_answer_counts_its_call(server: Server, model: OpenAIServer) -> None:
    server.change(**NO_BUDGET | WIDE)
    model.script({"mode": "stall", "after": 0})
    answer = server.post("When does it open?").json["answer"]["id"]
    wait_until(lambda: model.seen()["running"] == 1)
    server.call("DELETE", f"/api/comments/{answer}/answer/", {"site": "demo"})
    assert server.settled(answer)["answer"]["state"] == "stopped"
    assert used(server) == 1
    assert spent(server, "tokens") > 300, "the prompt has been read"
    assert held(server, "tokens") == []


def test_withheld_answer_counts_its_cost(server: Server, model: OpenAIServer) -> None:
    server.change(**NO_BUDGET | WIDE)
    model.script({"text": "No.", "finish": "content_filter"})
    assert ask(server, "When does it open?")["answer"]["state"] == "withheld"
    assert (used(server), spent(server, "tokens")) == (1, 101)


def test_fallback_is_charged_its_own_price(server: Server, model: OpenAIServer) -> None:
    server.change(**NO_BUDGET | WIDE)
    model.script(*[{"mode": "status", "status": 404}], {"text": "x" * 40})
    reply = ask(server, "When does it open?")
    assert (reply["answer"]["state"], reply["answer"]["model"]) == ("done", "dearer")
    assert spent(server, "money") == (100 - 40 + 10) * 2_000


def test_killed_server_spends_its_holds(tmp_path: Path, model: OpenAIServer) -> None:
    with Site.start() as site, ServerProcess.start(tmp_path, site, **provided_by(model)) as server:
        server.restart(**UNLIMITED | WIDE)
        server.begin()
        model.script(default={"text": "x" * 80, "gate": "go", "gate_after": 3})
        asked = [server.post(f"When does it open, {number}?").json["answer"]["id"] for number in range(3)]
        wait_until(lambda: model.seen()["running"] == 3)
        before, money = held(server, "tokens"), sum(held(server, "money"))
        server.kill()
        assert held(server, "tokens") == before and len(before) == 3
        model.release("go")
        change(server, "UPDATE answers SET lease_until = 1 WHERE state = 'streaming'")  # ten seconds later
        server.run()
        for id in asked:
            assert server.settled(id)["answer"]["state"] == "done"
        assert rows(server, "SELECT COUNT(*) FROM quota_holds") == [(0,)]
        assert (spent(server, "tokens"), spent(server, "money")) == (sum(before) + 3 * 120, money + 3 * 80_000)
        assert used(server) == 3
