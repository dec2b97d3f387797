"""What holds for every answer and every connection (threats 12 and 22)."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from answerback.app.api_table import API
from answerback.app.crowds import CROWD, EVERY, LEFT_OF_ADDRESS, thin_out

from tests.http.test_slow_senders import GET, healthy, rest_of
from tests.processes import ServerProcess
from tests.services import Server

PATHS = [
    "/", "/healthz", "/readyz", "/metrics", "/answerback.js", "/admin/", "/admin/sign-in/", "/admin/nowhere/",
    "/account/?site=demo", "/sign-in/", "/sign-in/nobody/", "/t/demo/bakery.html", "/avatars/nobody", "/nowhere",
    "/api/comments/?site=demo&page=/bakery.html", "/api/comments/?site=nowhere&page=/", "/%00", "/assets/nothing.css",
]  # fmt: skip


@pytest.fixture
def wire(server: Server) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection("localhost", server.port, timeout=30)
    yield connection
    connection.close()


def sniffing(wire: http.client.HTTPConnection, method: str, path: str) -> list[str]:
    wire.request(method, path)
    response = wire.getresponse()
    said = [value for name, value in response.getheaders() if name.lower() == "x-content-type-options"]
    if "text/event-stream" in response.getheader("content-type", ""):
        wire.close()
    else:
        response.read()
    return said


def test_no_answer_is_sniffed(wire: http.client.HTTPConnection) -> None:
    """Once on each, whatever it is: a page, a script, an error of a route, or of none."""
    calls = [("GET", path) for path in PATHS] + [("DELETE", "/healthz"), ("OPTIONS", "/api/comments/"), ("HEAD", "/")]
    calls += [(call.method, call.path.replace("{id}", "nobody")) for call in API]
    assert {call: said for call in calls if (said := sniffing(wire, *call)) != ["nosniff"]} == {}


def raw(server: Server, request: bytes) -> bytes:
    with socket.create_connection(("localhost", server.port), timeout=30) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        return rest_of(connection)


def test_malformed_request_is_not_sniffed(server: Server) -> None:
    said = raw(server, b"GET / HTTP/1.1\r\nno header\r\n\r\n")
    assert said.startswith(b"HTTP/1.1 400") and b"x-content-type-options: nosniff" in said.lower()


@pytest.mark.parametrize("path", ["/healthz", "/admin/", "/api/comments/?site=demo&page=/"])
@pytest.mark.parametrize("other", ["evil.example", "localhost"])
def test_two_host_headers_are_refused(server: Server, path: str, other: str) -> None:
    host = f"Host: localhost:{server.port}\r\n"
    request = f"GET {path} HTTP/1.1\r\n{host}host: {other}\r\nConnection: close\r\n\r\n"
    assert raw(server, request.encode()).startswith(b"HTTP/1.1 400")
    assert not raw(server, request.replace(f"host: {other}\r\n", "").encode()).startswith(b"HTTP/1.1 400")


def test_idle_crowd_of_one_address_shuts_nobody_out(server_process: ServerProcess) -> None:
    server = server_process
    with ExitStack() as stack:
        innocent = socket.create_connection(("127.0.0.1", server.port), timeout=30, source_address=("127.0.0.9", 0))
        stack.enter_context(innocent).sendall(GET)
        assert healthy(innocent)
        crowd = []
        for _ in range(CROWD + EVERY):
            crowd.append(stack.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=30)))
            crowd[-1].sendall(GET)
        assert rest_of(crowd[0]).count(b"200 OK") == 1, "it was served, and has given way"
        assert server.call("GET", "/healthz").status == 200
        innocent.sendall(GET)
        assert healthy(innocent)


class Standing:
    """A connection that notes that it was closed."""

    def __init__(self, address: str, idle_since: float | None) -> None:
        self.client = (address, 1)
        self.idle_since = idle_since
        self.closed = False

    def close(self) -> None:
        self.closed = True


def test_largest_crowd_gives_way() -> None:
    crowd = [Standing("10.0.0.1", float(number)) for number in range(LEFT_OF_ADDRESS + 10)]
    others = [Standing("10.0.0.2", 0.0), Standing("10.0.0.1", None)]
    thin_out([*others, *crowd])
    assert [each.closed for each in crowd] == [True] * 10 + [False] * LEFT_OF_ADDRESS
    assert not any(each.closed for each in others)


def test_scattered_crowd_loses_its_older_half() -> None:
    crowd = [Standing(f"10.0.0.{number}", float(number)) for number in range(10)]
    thin_out([*crowd, Standing("10.0.1.1", None)])
    assert [each.closed for each in crowd] == [True] * 5 + [False] * 5
    thin_out([Standing("10.0.1.1", None)])
