"""A program that is told by webhooks: it keeps what it is sent, and answers as it is told to."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

HUGE = 64 * 1024 * 1024


@dataclass(frozen=True)
class Taken:
    """One request as it came; header names in small letters."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]


@dataclass
class Receiver:
    """`status` is what it answers from now on, with these `headers`; not before `may_answer` is set; a `huge`
    answer does not end."""

    url: str = ""
    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    huge: bool = False
    taken: list[Taken] = field(default_factory=list)
    written: int = 0
    may_answer: threading.Event = field(default_factory=threading.Event)
    has_taken: threading.Event = field(default_factory=threading.Event)

    @classmethod
    @contextmanager
    def start(cls) -> Iterator[Self]:
        receiver = cls()
        receiver.may_answer.set()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver.taken.append(Taken(self.path, headers, body))
                receiver.has_taken.set()
                receiver.may_answer.wait(20)
                with suppress(OSError):  # whoever has asked may have gone
                    self.send_response(receiver.status)
                    for name, value in receiver.headers.items():
                        self.send_header(name, value)
                    self.end_headers()
                    while receiver.huge and receiver.written < HUGE:
                        receiver.written += self.wfile.write(bytes(65_536))

            do_GET = do_POST

            def log_message(self, *_: object) -> None:
                """Nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        receiver.url = f"http://127.0.0.1:{server.server_port}/hook"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield receiver
        finally:
            receiver.may_answer.set()
            server.shutdown()
            thread.join()
            server.server_close()
