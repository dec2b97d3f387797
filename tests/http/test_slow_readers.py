"""Who reads slowly holds nobody up, costs little, and starts over (threat 12)."""

from __future__ import annotations

import socket

from tests.services import Server

WORDS = "A long comment. " * 300


def test_reader_who_takes_nothing_starts_over(server: Server) -> None:
    """Its bytes wait in the system's buffers, and 64 kB of them with us; the rest is let go of."""
    path = f"/api/events/?site=demo&page={server.page}"
    server.restart(comments_per_minute="unlimited", address_comments_per_minute="unlimited")
    server.begin()
    with socket.socket() as stream:
        stream.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        stream.settimeout(30)
        stream.connect(("localhost", server.port))
        stream.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        assert b"200 OK" in stream.recv(1_000)
        for number in range(500):
            assert server.post(f"{number} {WORDS}", ask=False).status == 201
        data = b""
        while not data.endswith(b"\r\n0\r\n\r\n"):
            piece = stream.recv(65_536)
            assert piece, "the stream ends, it does not break"
            data += piece
        assert data.count(b"event: comment.added") < 500
        assert data.rpartition(b"event: ")[2].startswith(b"reload")
        assert server.thread()["total"] == 500
