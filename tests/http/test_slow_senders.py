"""Who sends slowly or nothing at all holds nobody up (threat 12), and open streams do not hold up the end."""

from __future__ import annotations

import socket
import time
from contextlib import ExitStack

import pytest
from answerback.app.serve import ARRIVAL_SECONDS
from answerback.live.handlers import STREAMS_OF_ADDRESS

from tests.processes import ServerProcess
from tests.services import Server, wait_until

GET = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
STARTS = {
    "nothing": b"",
    "half a head": GET[:30],
    "half a body": b"POST /api/session/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b'X-Answerback: 1\r\nContent-Length: 15\r\n\r\n{"site": ',
    "half of a second request": GET + GET[:20],
    "a body for what takes none": GET.replace(b"\r\n\r\n", b"\r\nContent-Length: 9\r\n\r\n"),
}


def opened(server: Server, start: bytes) -> socket.socket:
    connection = socket.create_connection(("localhost", int(server.url.rpartition(":")[2])), timeout=30)
    connection.sendall(start)
    return connection


def rest_of(connection: socket.socket) -> bytes:
    data = b""
    try:
        while piece := connection.recv(4096):
            data += piece
    except ConnectionResetError:
        pass
    return data


def healthy(connection: socket.socket) -> bool:
    """Reads one whole reply to `GET`, in however many pieces it comes."""
    data = b""
    while not (b'"status":"ok"' in data and data.endswith(b"}")):
        piece = connection.recv(4096)
        assert piece
        data += piece
    return data.startswith(b"HTTP/1.1 200 OK")


def test_idle_sockets_block_nobody_and_half_requests_end(server_process: ServerProcess) -> None:
    """A connection whose requests have all come whole is kept, though it is as idle."""
    server = server_process
    with ExitStack() as stack:
        kept = stack.enter_context(opened(server, GET))
        assert healthy(kept)
        begun = time.monotonic()
        slow = {name: stack.enter_context(opened(server, start)) for name, start in STARTS.items()}
        idle = [stack.enter_context(opened(server, b"")) for _ in range(1_000)]
        server.begin()
        assert server.post("Served meanwhile.", ask=False).status == 201
        assert server.thread()["total"] == 1
        assert time.monotonic() - begun < ARRIVAL_SECONDS, "the idle ones have not gone yet"
        heard = {name: rest_of(connection) for name, connection in slow.items()}
        assert all(rest_of(connection) == b"" for connection in idle)
        assert ARRIVAL_SECONDS - 2 < time.monotonic() - begun < ARRIVAL_SECONDS + 10
        assert heard["nothing"] == heard["half a head"] == b""
        assert b'"request_timeout"' in heard["half a body"]
        assert heard["half of a second request"].count(b"200 OK") == 1
        assert b"200 OK" in heard["a body for what takes none"]
        kept.sendall(GET)
        assert healthy(kept)


def test_endless_head_is_closed(server: Server) -> None:
    with opened(server, GET[:-2]) as connection, pytest.raises(OSError):  # it is closed long before
        for _ in range(1_000):
            connection.sendall(b"X-Padding: " + b"x" * 10_000 + b"\r\n")
    assert server.call("GET", "/healthz", X_Padding="x" * 20_000).status == 200


def test_streams_per_address_are_limited(server: Server) -> None:
    path = f"/api/events/?site=demo&page={server.page}"
    start = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()

    def readers() -> str:
        figures = server.call("GET", "/metrics").body.decode().splitlines()
        return next(line.split()[1] for line in figures if line.startswith("answerback_streams "))

    with ExitStack() as stack:
        for _ in range(STREAMS_OF_ADDRESS):
            stack.enter_context(opened(server, start))
        wait_until(lambda: readers() == f"{STREAMS_OF_ADDRESS}.0")
        assert server.call("GET", path).json["code"] == "too_many_requests"
        assert server.call("GET", f"/api/comments/?site=demo&page={server.page}").status == 200
    wait_until(lambda: readers() == "0.0")
    with opened(server, start) as stream:
        assert b"200 OK" in stream.recv(4096)


def test_shutdown_ends_open_streams_first(server_process: ServerProcess) -> None:
    server = server_process
    path = f"/api/events/?site=demo&page={server.page}"
    with opened(server, f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()) as stream:
        assert b"200 OK" in stream.recv(4096)
        with opened(server, STARTS["half a body"]):
            begun = time.monotonic()
            server.process.terminate()
            assert rest_of(stream).endswith(b"0\r\n\r\n"), "the stream ends, it does not break"
            wait_until(lambda: server.process.poll() is not None)
            assert time.monotonic() - begun < 8
