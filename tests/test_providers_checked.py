"""Providers, their models and prices, as the commands see them before anything is paid."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.commands import run_command
from tests.fakes.openai_server import OpenAIServer

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("providers")

    def command(*arguments: str, code: int = 0, **settings: str) -> subprocess.CompletedProcess[str]:
        done = run_command(arguments, {"ANSWERBACK_DATA_DIR": str(folder)} | settings)
        assert done.returncode == code, done.stdout + done.stderr
        return done

    command("site", "add", "blog", "--origin", "https://blog.example")
    return command


@pytest.fixture(scope="module")
def model() -> Iterator[OpenAIServer]:
    with OpenAIServer.start() as server:
        yield server


@contextmanager
def listing_models(path: str, listing: object) -> Iterator[str]:
    """A server that lists its models at one path."""

    class Models(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            right = self.path.partition("?")[0] == path
            body = json.dumps(listing if right else {}).encode()
            self.send_response(200 if right else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Models) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_check_warns_of_a_model_that_is_not_listed(run: Run, model: OpenAIServer) -> None:
    def said(**names: str) -> str:
        lines = run("check", OPENAI_BASE_URL=model.base_url, **names).stdout.splitlines()
        return next(line for line in lines if " provider " in line)

    assert said(ANSWERBACK_MODEL="test-model").startswith("ok ")
    for unknown in (
        {"ANSWERBACK_MODEL": "other"},
        {"ANSWERBACK_MODEL": "test-model", "ANSWERBACK_FALLBACK_MODEL": "other"},
    ):
        warned = said(**unknown)
        assert warned.startswith("warning ") and warned.endswith("does not list the model other")


def test_budget_in_dollars_needs_prices(run: Run, model: OpenAIServer) -> None:
    """What could not be kept is refused: when it is set, and when the server starts."""

    def said(code: int, **settings: str) -> str:
        return next(line for line in run("check", code=code, **settings).stdout.splitlines() if " budgets " in line)

    priced = {"ANSWERBACK_PRICES": "my-own=1/1/1"}
    provider = {"OPENAI_BASE_URL": model.base_url, "ANSWERBACK_MODEL": "my-own"}
    assert "no paid calls" in said(0) and said(0, **provider).startswith("ok ")
    refused = "budget_usd: no price is known for my-own; set ANSWERBACK_PRICES=my-own=input/cached/output"
    assert refused in run("site", "set", "blog", "budget_usd=1.50", code=1, **provider).stderr
    run("site", "set", "blog", "budget_usd=1.50", **provider, **priced)
    assert (
        "no price is known for other" in run("site", "set", "blog", "model=other", code=1, **provider, **priced).stderr
    )
    assert said(1, **provider).startswith("error ") and said(0, **provider, **priced).startswith("ok ")
    assert "the site blog has a budget in dollars" in run("serve", "--port", "0", code=1, **provider).stderr
    fallback = {"ANSWERBACK_FALLBACK_MODEL": "other"}
    assert "known for other" in run("serve", "--port", "0", code=1, **provider, **priced, **fallback).stderr
    run("site", "set", "blog", "budget_usd=", **provider)
    assert said(0, **provider).startswith("ok ")


def test_check_tries_each_provider(run: Run) -> None:
    def said(code: int, **settings: str) -> str:
        lines = run("check", code=code, **settings).stdout.splitlines()
        return next(line for line in lines if " provider " in line)

    assert "error    provider     anthropic requires ANTHROPIC_API_KEY" in said(1, ANSWERBACK_PROVIDER="anthropic")
    wanted = "azure requires AZURE_OPENAI_API_KEY and AZURE_OPENAI_ENDPOINT"
    assert wanted in said(1, ANSWERBACK_PROVIDER="azure", AZURE_OPENAI_API_KEY="x")
    for listing, path, settings in (
        ({"data": [{"id": "mine"}]}, "/v1/models", {"ANTHROPIC_API_KEY": "x", "ANTHROPIC_BASE_URL": "{}"}),
        ({"models": [{"name": "models/mine"}]}, "/v1beta/models", {"GEMINI_API_KEY": "x", "GEMINI_BASE_URL": "{}"}),
        ({"data": []}, "/openai/v1/models", {"AZURE_OPENAI_API_KEY": "x", "AZURE_OPENAI_ENDPOINT": "{}"}),
    ):
        with listing_models(path, listing) as url:
            named = {name: value.format(url) for name, value in settings.items()}
            assert said(0, **named, ANSWERBACK_MODEL="mine").startswith("ok ")
            other = said(0, **named, ANSWERBACK_MODEL="other")
            assert "does not list the model other" in other or "AZURE_OPENAI_ENDPOINT" in settings


def test_check_tries_the_embedding_model(run: Run, model: OpenAIServer) -> None:
    model.reset()
    assert "embedding    off" in run("check").stdout
    where = {"ANSWERBACK_EMBEDDING_MODEL": "small", "ANSWERBACK_EMBEDDING_BASE_URL": model.base_url}
    assert "small, 1 numbers" in run("check", **where).stdout
    model.script(embedding_status=401)
    assert "small gives no vectors. It answers with 401." in run("check", code=1, **where).stdout
