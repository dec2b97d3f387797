"""The processes that the tests start, each on a port or socket of its own."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import functools
import http.server
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from answerback.clock import SystemClock
from answerback.db.database import Database
from answerback.migrations import migrate
from answerback.sites.store import add_site, change_site

PAGE = """<!doctype html><html lang="en"><head><title>Harbour bakery</title></head><body><nav>Home</nav><main>
<h1>Harbour bakery</h1><p>The bakery was founded in 1931 by Anna Berg. It stands beside the old lighthouse.</p>
<h2>Opening hours</h2><p>We open at 7:30 on weekdays and at 9:00 on Saturdays. On Sundays the bakery is closed.</p>
<p>A loaf of rye bread costs 4.20 euros.</p></main></body></html>"""

OF_ONE_ADDRESS = {"address_daily_answers": "unlimited", "address_comments_per_minute": "unlimited"}
"""Settings of a site whose visitors all come from one address, as in most tests."""


def free_port() -> int:
    """A port that the kernel says is free."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


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


def alone(work: Callable[[], Any]) -> None:
    """Run something in a thread of its own: the caller's event loop may be running."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(work).result()


@functools.cache
def migrated_sqlite() -> Path:
    """A migrated, empty SQLite file, to be copied; made once a process."""
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder)
    path = folder / "migrated.db"
    migrate(f"sqlite:///{path}")
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return path


def write_to(url: str, work: Callable[[], Any]) -> None:
    """Run one write on a database that nobody is connected to from here."""

    async def go() -> None:
        db = Database(url)
        await db.connect()
        await db.write(work)
        await db.close()

    alone(lambda: asyncio.run(go()))


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
        thread = threading.Thread(target=server.serve_forever, daemon=True)
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
    """`answerback serve` in a process of its own."""

    url: str
    site: Site
    folder: Path
    environment: dict[str, str]
    process: subprocess.Popen[bytes]
    token: str = ""
    page: str = "/bakery.html"
    turned: int = 0
    log: Path | None = None
    """Where it writes what it says, instead of to the tests' own output."""
    patience: float = 30
    """How many seconds a call may take."""

    @classmethod
    @contextmanager
    def start(cls, folder: Path, site: Site, **settings: str) -> Iterator[Server]:
        """A running server; names in small letters are settings of its site `demo`, all others its own."""
        port = free_port()
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("ANSWERBACK_", "OPENAI_"))
        }
        environment |= {
            "ANSWERBACK_DATA_DIR": str(folder / "data"),
            "ANSWERBACK_PUBLIC_URL": f"http://localhost:{port}",
        }
        environment |= {name: value for name, value in settings.items() if not name.islower()}
        server = cls(f"http://localhost:{port}", site, folder, environment, process=None)  # type: ignore[arg-type]  # run() sets it
        server._prepare({name: value for name, value in settings.items() if name.islower()})
        server.run()
        try:
            yield server
        finally:
            server.stop()

    @property
    def database_url(self) -> str:
        """Where this server keeps everything."""
        return self.environment.get("ANSWERBACK_DATABASE_URL") or f"sqlite:///{self.folder}/data/answerback.db"

    def _prepare(self, settings: dict[str, str]) -> None:
        if self.database_url.startswith("sqlite"):
            (self.folder / "data").mkdir(exist_ok=True)
            shutil.copy(migrated_sqlite(), self.database_url.removeprefix("sqlite:///"))
        now = SystemClock().now()
        write_to(self.database_url, lambda: add_site("demo", {"origins": self.site.origin} | settings, now))

    def turn_page(self) -> None:
        """Go to a page that no test before has been on, as nobody."""
        self.token = ""
        self.turned += 1
        self.page = f"/bakery-{self.turned}.html"
        shutil.copy(self.site.folder / "bakery.html", self.site.folder / self.page[1:])

    def command(self, *arguments: str, stdin: str = "", check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run an `answerback` command beside the server."""
        return subprocess.run(
            [sys.executable, "-m", "answerback", *arguments], env=self.environment, cwd=self.folder,
            input=stdin, capture_output=True, text=True, check=check, timeout=60,
        )  # fmt: skip

    def run(self) -> None:
        """Start the process and wait until it is ready."""
        port = self.url.rpartition(":")[2]
        with contextlib.ExitStack() as stack:
            log = stack.enter_context(self.log.open("ab")) if self.log else None
            self.process = subprocess.Popen(
                [sys.executable, "-m", "answerback", "serve", "--host", "localhost", "--port", port],
                env=self.environment, cwd=self.folder, stdout=log, stderr=log,
            )  # fmt: skip

        def ready() -> bool:
            assert self.process.poll() is None, "the server has ended"
            try:
                return self.call("GET", "/readyz").status == 200
            except OSError:
                return False

        wait_until(ready)

    def stop(self) -> None:
        """End it as an operator does."""
        if self.process.poll() is None:
            self.process.terminate()
        assert self.process.wait(20) is not None

    def change(self, **settings: str) -> None:
        """Change settings of the site `demo` beside the running server, and wait until it has seen them."""
        name, mark = self._name(), os.urandom(8).hex()
        self._change(settings | {"name": mark})
        wait_until(lambda: self._name() == mark)  # what was changed with the name has come with it
        self._change({"name": name})

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

    def kill(self) -> None:
        """End it as a power cut does."""
        self.process.kill()
        self.process.wait(20)

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
                return Reply(response.status, _lower(response.headers), response.read())
        except urllib.error.HTTPError as error:
            with error:
                return Reply(error.code, _lower(error.headers), error.read())

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


@dataclass
class Postgres:
    """A PostgreSQL server in a temporary folder."""

    port: int
    count: int = 0

    @classmethod
    @contextmanager
    def start(cls) -> Iterator[Postgres]:
        programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
        found = shutil.which("initdb")
        folder_of_programs = programs[-1] if programs else Path(found).resolve().parent if found else None
        assert folder_of_programs is not None, "PostgreSQL is not installed"
        folder = Path(tempfile.mkdtemp(dir="/tmp"))
        user: dict[str, Any] = {}
        if os.getuid() == 0:  # PostgreSQL refuses to run as root
            shutil.chown(folder, "postgres", "postgres")
            user = {"user": "postgres", "group": "postgres", "extra_groups": []}
        port = free_port()
        data = folder / "data"
        initdb = [
            str(folder_of_programs / "initdb"),
            "-D",
            str(data),
            *"-U postgres -A trust -N -E UTF8 --locale=C".split(),
        ]
        subprocess.run(initdb, check=True, capture_output=True, cwd=folder, **user)
        options = ["-c", "fsync=off", "-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={folder}"]
        process = subprocess.Popen(
            [folder_of_programs / "postgres", "-D", data, "-p", str(port), "-c", "max_connections=200", *options],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder, **user,
        )  # fmt: skip
        server = cls(port)
        try:
            wait_until(lambda: server._sql("SELECT 1", quiet=True))
            yield server
        finally:
            process.send_signal(2)  # SIGINT: fast shutdown
            process.wait(20)
            shutil.rmtree(folder, ignore_errors=True)

    def url(self, name: str, *, create: bool = False) -> str:
        if create:
            assert self._sql(f"CREATE DATABASE {name}")
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"

    def fresh(self) -> str:
        """A migrated, empty database that nobody else uses."""
        self.count += 1
        name = f"answerback_{self.count}"
        assert self._sql(f"CREATE DATABASE {name} TEMPLATE template_answerback")
        return self.url(name)

    def drop_connections(self) -> None:
        """End what everybody holds here, as a restart does."""
        self._sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE 'answerback_%'")

    def _sql(self, sql: str, *, quiet: bool = False) -> bool:
        import asyncpg

        async def go() -> None:
            connection = await asyncpg.connect(host="127.0.0.1", port=self.port, user="postgres", database="postgres")
            try:
                await connection.execute(sql)
            finally:
                await connection.close()

        try:
            alone(lambda: asyncio.run(go()))
        except (OSError, asyncpg.PostgresError):
            if quiet:
                return False
            raise
        return True
