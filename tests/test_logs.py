"""What the operator reads in the log, and what never gets there."""

from __future__ import annotations

import io
import json
import logging
import os
import re
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from answerback import logs
from answerback.errors import Unavailable

from tests.commands import run_command
from tests.fakes.openai_server import OpenAIServer
from tests.http.signing import change
from tests.http.test_out_of_order import full_disk, table_gone
from tests.http.test_slow_senders import rest_of
from tests.processes import ServerProcess
from tests.services import Server, Site, wait_until

CANARY = "canary-of-a-visitor"
LOG = logging.getLogger("answerback.tests")


def record(event: str, *args: object, error: BaseException | None = None, **extra: object) -> logging.LogRecord:
    return LOG.makeRecord(
        LOG.name, logging.WARNING, "file.py", 1, event, args, (type(error), error, None) if error else None, extra=extra
    )  # fmt: skip


def raised(error: Exception) -> Exception:
    """As it is after it has been raised."""
    try:
        raise error
    except Exception as caught:
        return caught


def test_a_line_has_time_level_event_and_fields() -> None:
    line = logs.Formatter("text").format(record("two\nlines of %s", "text", status=429, what="a b"))
    assert re.fullmatch(r'20\d\d-\d\d-\d\dT[\d:.]{12}Z WARNING two lines of text status=429 what="a b"', line)
    said = json.loads(logs.Formatter("json").format(record("said\nso", status=429)))
    assert (said.pop("time")[-1], said) == (
        "Z", {"level": "WARNING", "event": "said\nso", "logger": LOG.name, "status": 429}
    )  # fmt: skip


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ValueError(CANARY), "ValueError"),
        (OSError(28, "No space", CANARY), "OSError (ENOSPC)"),
        (TypeError("f() takes no arguments"), "TypeError: f() takes no arguments"),
        (sqlite3.IntegrityError(CANARY), "sqlite3.IntegrityError"),
        (Unavailable("unavailable", CANARY), "answerback.errors.Unavailable (unavailable)"),
    ],
)
def test_errors_are_named_without_their_words(error: Exception, said: str) -> None:
    line = json.loads(logs.Formatter("json").format(record("it failed", error=raised(error))))
    assert line["error"] == said
    assert re.match(r"test_logs\.py:\d+", line["at"])
    assert CANARY not in str(line)


def test_a_fault_is_said_once_and_when_it_is_over(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    now = 1_000.0
    fault = logs.Fault(LOG, "the disk", clock=lambda: now)

    def said() -> list[str]:
        messages = [each.message for each in caplog.records]
        caplog.clear()
        return messages

    fault.worked()
    for _ in range(50):
        fault.failed("full")
        fault.worked()
    assert said() == ["the disk: full"]
    fault.failed("locked")
    fault.failed("full")
    assert said() == ["the disk: locked"]
    for _ in range(62):
        now += 59
        fault.failed("full")
    assert said() == ["the disk: full"], "again after an hour"
    now += 61
    fault.worked()
    fault.worked()
    assert said() == ["the disk: over"]
    fault.failed("full")
    assert said() == ["the disk: full"]
    fault.raised(Unavailable("unavailable"))
    assert said() == [], "who is the cause says so"


def test_a_repeated_error_is_one_line_and_a_count() -> None:
    now, out = 1_000.0, io.StringIO()
    handler = logs.Handler(out, clock=lambda: now)
    handler.setFormatter(logs.Formatter("text"))

    def said() -> list[str]:
        lines = [line.partition("WARNING ")[2] for line in out.getvalue().splitlines()]
        out.seek(out.truncate(0))
        return lines

    errors = [raised(KeyError("one")), raised(ValueError("another"))]
    for _ in range(500):
        for error in errors:
            handler.handle(record("it failed", error=error, request="r1"))
    one, another = said()
    assert one.startswith("it failed request=r1 error=KeyError at=test_logs.py:")
    assert another.startswith("it failed request=r1 error=ValueError at=")
    logs.bind(request="r2")
    for number in range(2):
        now += 61
        handler.handle(record(f"all is well {number}"))
    one, another, *rest = said()
    assert re.fullmatch(r"it failed error=KeyError at=test_logs.py:\d+ left_out=499", one)
    assert another.split()[-1] == "left_out=499"
    assert rest == ["all is well 0 request=r2", "all is well 1 request=r2"]
    for _ in range(100):  # without a pause it is said each hour
        now += 59
        handler.handle(record("it failed", error=errors[0]))
    assert [line.split()[-1] for line in said()] == [one.split()[-2], "left_out=61", one.split()[-2]]
    handler.close()
    assert [line.split()[-1] for line in said()] == ["left_out=37"]


@pytest.fixture
def logging_server(tmp_path: Path) -> Iterator[ServerProcess]:
    with Site.start() as site, ServerProcess.start(tmp_path, site, ANSWERBACK_LOG_FORMAT="json") as server:
        server.stop()
        server.log = tmp_path / "log"
        server.run()
        server.begin()
        yield server


def lines(server: ServerProcess) -> list[dict[str, Any]]:
    """What it has said since it listens."""
    assert server.log is not None
    return [json.loads(line) for line in server.log.read_text("utf-8").splitlines() if line.startswith("{")]


def test_a_full_disk_is_one_line(server_process: ServerProcess, tmp_path: Path) -> None:
    server, heard = server_process, list[str]()
    server.stop()
    server.log = tmp_path / "log"
    os.mkfifo(server.log)  # a file could not grow either
    log = server.log

    def listen() -> None:
        with log.open("r", encoding="utf-8") as file:
            heard.extend(file)

    reader = threading.Thread(target=listen)
    reader.start()
    server.run()
    server.begin()
    with full_disk(server):
        begun = time.monotonic()
        wait_until(lambda: server.post(f"I am {CANARY}.").status != 503 or time.monotonic() > begun + 4)
    server.stop()
    reader.join(20)
    failures = [line for line in heard if " ERROR " in line or " WARNING " in line]
    assert len(failures) == 1, failures
    assert "ERROR   the database takes no writes: sqlite3.OperationalError (SQLITE_" in failures[0]
    assert CANARY not in "".join(heard)


def test_a_corrupt_comment_does_not_get_into_the_log(logging_server: ServerProcess) -> None:
    server = logging_server
    assert server.post(f"I am {CANARY}, {CANARY}@visitor.example.").status == 201
    change(server, "UPDATE comments SET body = CAST(x'ff' || body AS TEXT)")
    server.stop()
    server.run()
    reply = server.call("GET", f"/api/comments/?site=demo&page={server.page}")
    assert (reply.status, reply.json["code"]) == (500, "internal")
    for _ in range(500):
        assert server.call("GET", f"/api/comments/?site=demo&page={server.page}").status == 500
    [line] = [line for line in lines(server) if line["event"] == "unexpected error"]
    assert (line["site"], line["kind"]) == ("demo", "request")
    assert line["request"] == reply.json["request_id"] == reply.headers["x-request-id"]
    assert "OperationalError" in line["error"] and "db/sqlite.py" in line["at"]
    page = server.call("GET", f"/t/?site=demo&page={server.page}")
    assert page.status == 500 and f"Request ID: {page.headers['x-request-id']}" in page.body.decode()
    server.stop()
    assert [line["left_out"] for line in lines(server) if "left_out" in line] == [500]
    assert CANARY not in server.log.read_text("utf-8")  # type: ignore[union-attr]  # its fixture has set it


def test_commands_quote_no_corrupt_comment(tmp_path: Path) -> None:
    """Their one line names the fault and its place: cron mails what they say."""
    environment = {"ANSWERBACK_DATA_DIR": str(tmp_path)}
    file = tmp_path / "comments.csv"
    file.write_text(f"id,page,author,body,date\n1,/p,Mina,{CANARY},2026-01-01T00:00:00Z\n", "utf-8")
    for arguments in (("site", "add", "demo", "--origin", "https://demo.example"), ("import", "demo", str(file))):
        run_command(arguments, environment).check_returncode()
    with closing(sqlite3.connect(tmp_path / "answerback.db")) as database, database:
        database.execute("UPDATE comments SET body = CAST(x'ff' || body AS TEXT)")
    done = run_command(("export", "demo"), environment)
    assert done.returncode == 1
    said = r"answerback: unexpected error: sqlite3\.OperationalError .*\(db/sqlite\.py:\d+ .*\)\n"
    assert re.fullmatch(said, done.stderr), done.stderr


def test_no_fault_logs_words_or_addresses(
    tmp_path: Path, model: OpenAIServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    address, words = "203.0.113.77", f"Is {CANARY} open? {CANARY}@visitor.example"
    settings = {"OPENAI_BASE_URL": model.base_url, "ANSWERBACK_TRUSTED_PROXIES": "127.0.0.0/8"}
    with Site.start() as site, Server.start(tmp_path, site, **settings) as server:
        server.begin()
        echoed = {"error": {"message": f"cannot answer {words}"}}
        model.script(
            {"mode": "status", "status": 400, "body": echoed}, {"mode": "raw", "chunks": [words]}, {"text": words}
        )
        for number in range(3):
            server.settled(server.post(f"{words} {number}").json["answer"]["id"])
        with table_gone(server):
            for path in (f"/api/session/?site=demo&page=/{CANARY}", f"/t/?site=demo&page=/{CANARY}&lang={CANARY}"):
                server.call("GET", path, X_Forwarded_For=address, User_Agent=CANARY)
            assert server.post(words, ask=True).status == 500
        server.call("POST", "/api/comments/", b'{"body": "' + CANARY.encode(), X_Forwarded_For=address)
        server.call("GET", f"/{CANARY}?page={CANARY}")
    said = [logs.Formatter("text").format(record) for record in caplog.records]
    assert any("bad_request" in line for line in said) and any("unexpected error" in line for line in said)
    assert [line for line in said if CANARY in line or address in line] == []


def test_malformed_requests_do_not_fill_the_log(logging_server: ServerProcess) -> None:
    server = logging_server
    for _ in range(20):
        for garbage in (b"\x16\x03\x01\x02hello\r\n\r\n", b"GET / HTTP/1.1\r\nno header\r\n\r\n"):
            with socket.create_connection(("localhost", server.port), timeout=30) as connection:
                connection.sendall(garbage)
                assert rest_of(connection).startswith(b"HTTP/1.1 400")
    server.stop()
    said = [line for line in lines(server) if line["event"] == "Invalid HTTP request received."]
    assert [line.get("left_out") for line in said] == [None, 39]


def test_slow_requests_are_said_once(logging_server: ServerProcess) -> None:
    server = logging_server
    path = server.database_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path, timeout=10, check_same_thread=False)) as other:
        for number in range(2):
            other.execute("BEGIN IMMEDIATE")
            release = threading.Timer(2.2, other.rollback)
            release.start()
            assert server.post(f"{CANARY} {number}").status == 201
            release.join()
    slow = [line for line in lines(server) if "slow request" in line["event"]]
    assert [(line["event"], line["status"]) for line in slow] == [("slow request: /api/comments", 201)]
    assert slow[0]["seconds"] > 2 and slow[0]["level"] == "WARNING"


@pytest.mark.parametrize(
    "id", ["a" * 65, "short", "<script>alert(1)", "ids with spaces", "request%0aid", "요청요청요청요청"]
)
def test_hostile_request_ids_are_replaced(proxied: Server, id: str) -> None:
    reply = proxied.call("GET", "/healthz", X_Request_Id=id.encode().decode("latin-1"))
    assert re.fullmatch("[0-9a-f]{16}", reply.headers["x-request-id"])


def test_request_ids_of_proxies_are_kept(proxied: Server) -> None:
    for path in (
        "/healthz",
        "/nowhere",
        f"/api/comments/?site=demo&page={proxied.page}",
        "/api/comments/?site=x&page=/",
    ):
        reply = proxied.call("GET", path, X_Request_Id="proxy-0123456789")
        assert reply.headers["x-request-id"] == "proxy-0123456789"
        if reply.status >= 400:
            assert reply.json["request_id"] == "proxy-0123456789"


def test_request_ids_of_strangers_are_not_kept(shared: Server) -> None:
    first, second = (shared.call("GET", "/healthz", X_Request_Id="stranger-0123456789") for _ in range(2))
    assert len({first.headers["x-request-id"], second.headers["x-request-id"], "stranger-0123456789"}) == 3


@pytest.fixture(scope="module")
def proxied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("proxied")
    with Site.start() as site, Server.start(folder, site, ANSWERBACK_TRUSTED_PROXIES="127.0.0.0/8") as server:
        yield server
