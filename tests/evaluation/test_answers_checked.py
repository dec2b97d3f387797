"""`answerback check --answers`: questions of a file, or of the site itself, asked and judged."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from answerback.evaluation.questions import Question, read_questions
from answerback.evaluation.reporting import figures
from answerback.evaluation.running import Result
from answerback.sites.settings import read_site

from tests.commands import run_command
from tests.fakes.openai_server import OpenAIServer
from tests.services import Site

Run = Callable[..., subprocess.CompletedProcess[str]]
QUESTIONS = """# of the bakery
When do you open on Saturdays? => 9:00 | nine
When was the bakery founded? => 1931
Who lives in Uruguay? => -
/ What does rye bread cost?
"""


@pytest.fixture(scope="module")
def model() -> Iterator[OpenAIServer]:
    with OpenAIServer.start() as server:
        yield server


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    folder = tmp_path_factory.mktemp("evaluation")
    with Site.start() as site:
        settings = {"ANSWERBACK_DATA_DIR": str(folder), "ANSWERBACK_PRIVATE_SITES": "127.0.0.1"}

        def command(*arguments: str, code: int = 0, **more: str) -> subprocess.CompletedProcess[str]:
            done = run_command(arguments, settings | more)
            assert done.returncode == code, done.stderr
            return done

        command("site", "add", "demo", "--origin", site.origin)
        assert "has not been crawled" in command("check", "--answers", code=1).stderr
        command("site", "crawl", "demo")
        yield command


def checked(run: Run, *arguments: str, **settings: str) -> Any:
    return json.loads(run("check", "--answers", *arguments, "--json", **settings).stdout)


def test_questions_of_a_file_are_judged(run: Run, model: OpenAIServer, tmp_path: Path) -> None:
    file = tmp_path / "questions.txt"
    file.write_text(QUESTIONS, "utf-8")
    model.script(about={
        "Saturdays?": {"text": "On Saturdays we open at 9:00 [1]."},
        "founded?": {"text": "It was founded in 1999."},
        "Uruguay?": {"text": "Three million people."},
        "rye bread cost?": {"text": "A loaf of rye bread costs 4.20 euros. It is free on Mondays."},
    })  # fmt: skip
    run("site", "set", "demo", "unlikely=ask")
    settings = {"OPENAI_BASE_URL": model.base_url, "ANSWERBACK_PRICES": "one=1/1/1"}
    found = checked(run, str(file), "--model", "one", "--model", "two", **settings)
    one, two = found["models"]
    assert (one["model"], two["model"]) == ("one", "two")
    assert [one[name] for name in ("asked", "answered", "refused", "unsupported")] == [4, 2, 0, 2]
    assert (one["wrongly_refused"], one["wrongly_answered"], one["failed"]) == (1, 0, 0)
    assert one["unsupported_sentences"] == 3 and one["quotes"] == 2
    assert one["dollars"] > 0 and two["dollars"] is None
    assert [answer["outcome"] for answer in found["answers"]][:4] == [
        "answered",
        "unsupported",
        "unsupported",
        "answered",
    ]
    assert {request["body"]["model"] for request in model.seen()["requests"]} == {"one", "two"}
    table = run(
        "check", "--answers", str(file), "--model", "one", **settings, ANSWERBACK_MODEL_LIMITS="one=60/60/123"
    )  # fmt: skip
    assert model.seen()["requests"][-1]["body"]["max_tokens"] == 123, "as visitors would be answered"
    assert "at most 4 calls" in table.stderr
    assert "wrongly refused" in table.stdout and "It was founded in 1999." in table.stdout


def test_the_site_asks_itself(run: Run) -> None:
    """Its own sections, which it answers, and questions that it does not."""
    run("site", "set", "demo", "unlikely=refuse")
    found = checked(run)
    [row] = found["models"]
    assert row["model"] == "quote" and row["dollars"] == 0
    by_text = {answer["question"]: answer for answer in found["answers"]}
    assert by_text["Opening hours?"]["right"] is True
    assert by_text["How many people live in Uruguay?"]["right"] is True


def test_a_model_that_fails_is_said(run: Run, model: OpenAIServer, tmp_path: Path) -> None:
    file = tmp_path / "questions.txt"
    file.write_text("When do you open on Saturdays? => 9:00", "utf-8")
    model.reset()
    model.script(default={"mode": "status", "status": 400})
    found = checked(run, str(file), OPENAI_BASE_URL=model.base_url)
    assert (found["models"][0]["failed"], found["answers"][0]["reason"]) == (1, "bad_request")
    model.reset()


def test_options_without_answers_are_refused(run: Run) -> None:
    assert "require --answers" in run("check", "--model", "one", code=2).stderr
    assert "Unknown site" in run("check", "--answers", "--site", "nowhere", code=1).stderr


def test_lines_are_read_as_an_owner_writes_them(run: Run, tmp_path: Path) -> None:
    site = read_site("demo", {"origins": "https://bakery.example"}, daily_answers=5)
    asked = read_questions("\n# words\n/hours Open? => 7 | seven\nhttps://bakery.example/a Free?\nWhy? => -", site)
    assert asked == [
        Question("Open?", "https://bakery.example/hours", True, ("7", "seven")),
        Question("Free?", "https://bakery.example/a"),
        Question("Why?", "https://bakery.example/", False),
    ]
    file = tmp_path / "questions.txt"
    file.write_text("Open? =>", "utf-8")
    assert "line 1 must be" in run("check", "--answers", str(file), code=1).stderr
    assert "cannot be read" in run("check", "--answers", str(tmp_path), code=1).stderr


def test_other_words_than_expected_are_counted() -> None:
    right = Result(Question("?", "", True, ("nine",)), "m", "answered", text="At NINE.")
    wrong = Result(Question("?", "", True, ("nine",)), "m", "answered", text="At ten.")
    told = Result(Question("?", "", False), "m", "answered", text="At ten.")
    row = figures([right, wrong, told])
    assert (row["other words"], row["wrongly answered"], row["wrongly refused"]) == (1, 1, 0)
