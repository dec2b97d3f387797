"""Akismet's wire, against a server that answers as it is told to."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qs

import pytest
from answerback.comments.approval.akismet import Akismet, Described
from answerback.core.spam.signals import Opinion
from answerback.net.deny_list import PrivateSites

pytestmark = pytest.mark.anyio
COMMENT = Described(
    "https://bakery.example", "198.51.100.7", "Mozilla/5.0", "Mina", "Hello & goodbye", "https://bakery.example/rye",
    "comment", "en",
)  # fmt: skip


@dataclass
class Scripted:
    """What the server answers, and what it was asked."""

    url: str = ""
    status: int = 200
    body: bytes = b"false"
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, list[str]], str]] = field(default_factory=list)


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    script = Scripted()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            script.asked.append((self.path, parse_qs(body), self.headers["user-agent"]))
            self.send_response(script.status)
            for name, value in script.headers.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(script.body)))
            self.end_headers()
            self.wfile.write(script.body)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    script.url = f"http://127.0.0.1:{server.server_port}/1.1"
    yield script
    server.shutdown()
    thread.join()
    server.server_close()


async def check(script: Scripted, url: str = "", seconds: float = 3.0) -> Opinion | None:
    return await Akismet(url or script.url, PrivateSites(()), seconds=seconds).check("0123456789ab", COMMENT)


async def test_it_is_asked_as_it_wants_to_be(scripted: Scripted) -> None:
    assert await check(scripted) == Opinion(spam=False)
    [(path, fields, agent)] = scripted.asked
    assert path == "/1.1/comment-check"
    assert agent.startswith("Answerback/")
    assert {name: values[0] for name, values in fields.items()} == {
        "api_key": "0123456789ab", "blog": "https://bakery.example", "user_ip": "198.51.100.7",
        "user_agent": "Mozilla/5.0", "comment_author": "Mina", "comment_content": "Hello & goodbye",
        "permalink": "https://bakery.example/rye", "comment_type": "comment", "blog_lang": "en",
        "blog_charset": "UTF-8",
    }  # fmt: skip


async def test_its_opinion_is_read(scripted: Scripted) -> None:
    scripted.body = b"true"
    assert await check(scripted) == Opinion(spam=True)
    scripted.headers = {"X-akismet-pro-tip": "discard"}
    assert await check(scripted) == Opinion(spam=True, sure=True)


@pytest.mark.parametrize("trouble", ["invalid", "status", "huge", "redirect", "gone", "private"])
async def test_trouble_is_no_opinion(trouble: str, scripted: Scripted) -> None:
    url = ""
    if trouble == "invalid":
        scripted.body, scripted.headers = b"invalid", {"X-akismet-debug-help": 'Empty "user_ip" value'}
    elif trouble == "status":
        scripted.status = 500
    elif trouble == "huge":
        scripted.body = b"true" * 10_000
    elif trouble == "redirect":
        scripted.status, scripted.headers = 302, {"Location": f"{scripted.url}/elsewhere"}
    elif trouble == "gone":
        url = "http://127.0.0.1:9/1.1"
    else:
        url = scripted.url.replace("127.0.0.1", "nip.example")
    assert await check(scripted, url) is None
    assert all(path == "/1.1/comment-check" for path, _, _ in scripted.asked)


@pytest.mark.parametrize(
    ("body", "told"),
    [(b"invalid", "Akismet does not take the key"), (b"Mina wrote it", "Akismet has given an answer that is none")],
)
async def test_nothing_it_says_is_logged(
    scripted: Scripted, caplog: pytest.LogCaptureFixture, body: bytes, told: str
) -> None:
    scripted.body, scripted.headers = body, {"X-akismet-debug-help": "Mina of 198.51.100.7 is no user_ip"}
    await check(scripted)
    assert caplog.messages == [told]


async def test_nobody_waits_for_it_for_long(scripted: Scripted) -> None:
    assert await check(scripted, seconds=0.0) is None
