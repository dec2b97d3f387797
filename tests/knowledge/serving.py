"""Sites of the tests' own over real HTTP: what each path answers is a function."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

Headers = Mapping[str, str]
Answer = tuple[int, Headers, bytes | Iterator[bytes]]


@dataclass
class Request:
    """What was asked."""

    path: str
    headers: Headers


@dataclass
class WebSite:
    """A site that answers from `pages`: HTML, a whole answer or a function of the request by path; `*` is the rest."""

    origin: str
    port: int
    pages: dict[str, str | Answer | Callable[[Request], Answer]] = field(default_factory=dict)
    asked: list[Request] = field(default_factory=list)
    most_at_once: int = 0
    _running: int = 0
    _news: threading.Condition = field(default_factory=threading.Condition)

    @property
    def paths(self) -> list[str]:
        """What was asked for, in order."""
        return [request.path for request in self.asked]

    def has_asked(self, path: str, times: int) -> None:
        """Wait until a path has been asked for so often."""
        with self._news:
            assert self._news.wait_for(lambda: self.paths.count(path) >= times, 20), self.paths

    def answer(self, request: Request) -> Answer:
        """What a path gives: 404 where there is nothing."""
        page = self.pages.get(request.path) or self.pages.get("*", (404, {}, b"nothing here"))
        if isinstance(page, str):
            return 200, {"Content-Type": "text/html; charset=utf-8"}, page.encode()
        return page(request) if callable(page) else page

    @contextmanager
    def asking(self, request: Request) -> Iterator[None]:
        """Counts a request while it runs."""
        with self._news:
            self._news.notify_all()
            self.asked.append(request)
            self._running += 1
            self.most_at_once = max(self.most_at_once, self._running)
        try:
            yield
        finally:
            with self._news:
                self._running -= 1

    @classmethod
    @contextmanager
    def start(cls, host: str = "127.0.0.1") -> Iterator[WebSite]:
        """A running site on a free port."""

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                request = Request(self.path, {name.lower(): value for name, value in self.headers.items()})
                with site.asking(request):
                    status, headers, body = site.answer(request)
                    if not isinstance(body, bytes):
                        self._send(status, headers, body)
                        return
                self._send(status, headers, [body])  # what has been read to its end is followed by the next request

            def _send(self, status: int, headers: Mapping[str, str], parts: Iterable[bytes]) -> None:
                self.send_response(status)
                length = {"Content-Length": str(len(parts[0]))} if isinstance(parts, list) else {}
                for name, value in {**length, **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                with suppress(ConnectionError):  # a reader that has had enough leaves
                    for part in parts:
                        self.wfile.write(part)

            def log_message(self, *_: object) -> None:
                """Nothing."""

        server = http.server.ThreadingHTTPServer((host, 0), Handler)
        site = cls(f"http://{host}:{server.server_port}", server.server_port)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield site
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


def page(title: str, *paragraphs: str, head: str = "", links: tuple[str, ...] = ()) -> str:
    """A small page."""
    said = "".join(f"<p>{text}</p>" for text in paragraphs)
    ways = "".join(f'<a href="{link}">there</a> ' for link in links)
    return (
        f'<!doctype html><html lang="en"><head><title>{title}</title>{head}</head>'
        f"<body><nav>{ways}</nav><main><h1>{title}</h1>{said}</main></body></html>"
    )
