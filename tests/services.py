"""The servers that the tests start, each on a port of its own, and commands beside them."""

from __future__ import annotations

import asyncio
import functools
import http.server
import itertools
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from answerback.app import serve
from answerback.app.build import Overrides, build_app
from answerback.clock import Clock, SystemClock
from answerback.db.database import Database
from answerback.ids import RandomIds
from answerback.jobs.queue import JobQueue
from answerback.live.bus import MemoryBus
from answerback.migrations import migrate
from answerback.runtime import Runtime
from answerback.settings import load_settings
from answerback.sites.store import FRESH_MS, SiteDirectory, add_site, change_site

from tests.commands import alone, clean_environment, run_command
from tests.contract import check_response
from tests.once import once

PAGE = """<!doctype html><html lang="en"><head><title>Harbour bakery</title></head><body><nav>Home</nav><main>
<h1>Harbour bakery</h1><p>The bakery was founded in 1931 by Anna Berg. It stands beside the old lighthouse.</p>
<h2>Opening hours</h2><p>We open at 7:30 on weekdays and at 9:00 on Saturdays. On Sundays the bakery is closed.</p>
<p>A loaf of rye bread costs 4.20 euros.</p></main></body></html>"""

OF_ONE_ADDRESS = {"address_daily_answers": "unlimited", "address_comments_per_minute": "unlimited"}
"""Settings of a site whose visitors all come from one address, as in most tests."""


_worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_first = 12_000 + 1_000 * (_worker % 16)
_ports = itertools.cycle(_first + (os.getpid() + n) % 1_000 for n in range(1_000))  # two runs begin in two places


def free_port() -> int:
    """A port of this test process's own, below those that the kernel gives: it stays free while a server restarts."""
    while True:
        port = next(_ports)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def wait_until(condition: Callable[[], Any], seconds: float = 20) -> Any:
    """Ask until the answer is true; fails after that many seconds."""
    deadline = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise AssertionError(f"still not true after {seconds} s: {condition}")
        time.sleep(0.02)


def migrated_sqlite() -> Path:
    """A migrated, empty SQLite file, to be copied."""
    return once("migrated.db", _make_migrated)


def _make_migrated(path: Path) -> None:
    unfinished = path.with_suffix(".unfinished")
    migrate(f"sqlite:///{unfinished}")
    connection = sqlite3.connect(unfinished)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    unfinished.rename(path)


def runtime(db: Database, clock: Clock) -> Runtime:
    """What parts of a server stand on, for tests that put some together themselves."""
    settings = load_settings({"ANSWERBACK_SECRET_KEY": "k" * 32, "ANSWERBACK_DATABASE_URL": db.url}, dotenv=None)
    ids = RandomIds()
    return Runtime(
        settings, db, MemoryBus("test", clock), clock, ids, SiteDirectory(db, clock, 5), JobQueue(clock, ids)
    )


def write_to(url: str, work: Callable[[], Any]) -> None:
    """Run one write on a database that nobody is connected to from here."""

    async def go() -> None:
        db = Database(url)
        await db.connect()
        try:
            await db.write(work)
        finally:
            await db.close()

    alone(lambda: asyncio.run(go()))


class AdvancedClock(SystemClock):
    """The machine's clock, which can be put forward."""

    def __init__(self) -> None:
        self._ahead = 0

    def now(self) -> int:
        return super().now() + self._ahead

    def advance(self, *, seconds: float) -> None:
        """Let time have passed."""
        self._ahead += int(1000 * seconds)


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nothing."""


@dataclass
class Site:
    """A plain site, on an origin of its own."""

    origin: str
    folder: Path

    @classmethod
    @contextmanager
    def start(cls) -> Iterator[Site]:
        folder = Path(tempfile.mkdtemp())
        (folder / "bakery.html").write_text(PAGE, "utf-8")
        handler = functools.partial(_Quiet, directory=str(folder))
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield cls(f"http://127.0.0.1:{server.server_port}", folder)
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
            shutil.rmtree(folder)


@dataclass
class Reply:
    """What a call has given."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def _lower(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


@dataclass
class Server:
    """Our server in a thread of the tests' own process: the real application on a real port, up at once."""

    url: str
    site: Site
    folder: Path
    environment: dict[str, str]
    token: str = ""
    page: str = "/bakery.html"
    turned: int = 0
    patience: float = 30
    """How many seconds a call may take."""
    clock: AdvancedClock = field(default_factory=lambda: AdvancedClock())
    free: int | None = None
    """Bytes that are free on its disk; not known at first."""
    _listener: socket.socket | None = None
    _running: tuple[serve.Server, threading.Thread] | None = None

    @classmethod
    @contextmanager
    def start(cls, folder: Path, site: Site, **settings: str) -> Iterator[Self]:
        """A running server; names in small letters are settings of its site `demo`, all others its own."""
        listener = socket.create_server(("127.0.0.1", 0))
        url = f"http://localhost:{listener.getsockname()[1]}"
        environment = clean_environment() | {
            "ANSWERBACK_DATA_DIR": str(folder / "data"),
            "ANSWERBACK_PUBLIC_URL": url,
        }
        environment |= {name: value for name, value in settings.items() if not name.islower()}
        server = cls(url, site, folder, environment, _listener=listener)
        server._prepare({name: value for name, value in settings.items() if name.islower()})
        try:
            server.run()
            yield server
        finally:
            server.stop()

    @property
    def database_url(self) -> str:
        """Where this server keeps everything."""
        return self.environment.get("ANSWERBACK_DATABASE_URL") or f"sqlite:///{self.folder}/data/answerback.db"

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def _prepare(self, settings: dict[str, str]) -> None:
        if self.database_url.startswith("sqlite"):
            (self.folder / "data").mkdir(exist_ok=True)
            shutil.copy(migrated_sqlite(), self.database_url.removeprefix("sqlite:///"))
        now = SystemClock().now()
        known = {"origins": self.site.origin, "unlikely": "ask"}  # tests ask models whatever they like
        write_to(self.database_url, lambda: add_site("demo", known | settings, now))

    def turn_page(self) -> None:
        """Go to a page that no test before has been on, as nobody."""
        self.token = ""
        self.turned += 1
        self.page = f"/bakery-{self.turned}.html"
        shutil.copy(self.site.folder / "bakery.html", self.site.folder / self.page[1:])

    def command(self, *arguments: str, stdin: str = "", check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run an `answerback` command beside the server, in a thread of its own."""
        done = run_command(arguments, self.environment, stdin)
        if check:
            done.check_returncode()
        return done

    @property
    def is_running(self) -> bool:
        """Whether it has been started and not stopped."""
        return self._running is not None

    def run(self) -> None:
        """Start it and wait until it is ready."""
        listener = self._listener or socket.create_server(("127.0.0.1", self.port))
        self._listener = None
        settings = load_settings(self.environment, dotenv=None)
        ended_or_ready = threading.Event()
        server = serve.Server(
            build_app(settings, Overrides(clock=self.clock, free_bytes=lambda: self.free)),
            "localhost",
            self.port,
            ended_or_ready.set,
        )

        def work() -> None:
            try:
                server.run([listener])
            finally:
                ended_or_ready.set()

        thread = threading.Thread(target=work, daemon=True)
        self._running = server, thread
        thread.start()
        assert ended_or_ready.wait(30)
        assert server.started, "the server has ended"

    def stop(self) -> None:
        """End it as an operator does."""
        if self._running is not None:
            server, thread = self._running
            server.should_exit = True
            thread.join(20)
            assert not thread.is_alive()
            self._running = None

    def change(self, **settings: str) -> None:
        """Change settings of the site `demo` beside the running server, and let it see them."""
        self._change(settings)
        self.clock.advance(seconds=FRESH_MS / 1000)
        self._name()

    def restart(self, **changes: str) -> None:
        """Stop it, change settings of the site `demo`, start it again."""
        self.stop()
        if changes:
            self._change(changes)
        self.run()

    def _name(self) -> str:
        return str(self.call("GET", "/api/session/?site=demo&page=/").json["settings"]["name"])

    def _change(self, settings: dict[str, str]) -> None:
        write_to(self.database_url, lambda: change_site("demo", settings, SystemClock().now()))

    def call(self, method: str, path: str, data: Any = None, **headers: str) -> Reply:
        """One call as a program makes it; with the session's bearer token once there is one."""
        sent = {"X-Answerback": "1", "Content-Type": "application/json"}
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        body = data if isinstance(data, bytes) else None if data is None else json.dumps(data).encode()
        request = urllib.request.Request(self.url + path, data=body, headers=sent, method=method)
        try:
            with urllib.request.urlopen(request, timeout=self.patience) as response:
                reply = Reply(response.status, _lower(response.headers), response.read())
        except urllib.error.HTTPError as error:
            with error:
                reply = Reply(error.code, _lower(error.headers), error.read())
        check_response(method, path, reply.status, reply.headers, reply.body)
        return reply

    def begin(self) -> None:
        """A guest of one's own, with a bearer token."""
        self.token = ""
        ticket = self.call("POST", "/api/session/", {"site": "demo"}).json["ticket"]
        self.token = self.call("POST", "/api/session/bearer/", {"site": "demo", "ticket": ticket}).json["token"]

    def post(self, body: str, **fields: Any) -> Reply:
        """Leave a comment on the bakery's page."""
        data = {"site": "demo", "page": self.page, "url": self.site.origin + self.page, "title": "Bakery", "body": body}
        return self.call("POST", "/api/comments/", data | fields)

    def thread(self) -> Any:
        """The bakery's thread."""
        return self.call("GET", f"/api/comments/?site=demo&page={self.page}").json

    def settled(self, answer_id: str) -> Any:
        """The AI's reply of that id, once it has ended."""

        def look() -> Any:
            for comment in walk(self.thread()["comments"]):
                if comment["id"] == answer_id and comment["answer"]["state"] not in ("queued", "streaming"):
                    return comment
            return None

        return wait_until(look)


def walk(comments: list[Any]) -> Iterator[Any]:
    """All comments of a tree."""
    for comment in comments:
        yield comment
        yield from walk(comment["replies"])
