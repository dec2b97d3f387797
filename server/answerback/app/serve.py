"""The uvicorn server: strict with slow senders, quick to stop despite open event streams."""

from __future__ import annotations

import asyncio
import logging
import os
import resource
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from types import FrameType
from typing import cast

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from ..accounts.owners import first_owner_link
from ..answers.budget_prices import check_budgets
from ..db.database import Database
from ..db.sole import sole_server
from ..errors import Unreachable
from ..live.pushing import EXTENSION, PushingReader
from ..metrics import worker_ended
from ..migrations import migrate
from ..net.http import RECEIVE_SECONDS, WHOLE
from ..setting_values import MODEL_PROVIDERS
from ..settings import Settings
from .build import build_app
from .crowds import Connection, is_crowded, thin_out
from .dispatch import App

log = logging.getLogger(__name__)

ARRIVAL_SECONDS = RECEIVE_SECONDS + 1
"""The time limit for a whole request; a little longer than a handler waits, so that the sender can get its response."""
HEAD_LIMIT = 64 * 1024
STOP_SECONDS = 3
SHORT_LIFE = 2.0
STOPPING = (signal.SIGTERM, signal.SIGINT)


class TimedHttpProtocol(HttpToolsProtocol):
    """A connection that is closed if a request, the first included, does not arrive in time, or if its headers never
    end. For streams, it is the `Connection` of live/pushing.py."""

    _whole = False
    _head: int | None = None
    """Bytes received of an incomplete request head."""
    _timer: asyncio.TimerHandle | None = None
    idle_since: float | None = None
    """When the connection became idle; an incomplete request does not count as one."""
    _reader: PushingReader | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # same as in the parent class
        """Starts the timer of the first request, and closes idle connections if there are too many."""
        super().connection_made(transport)
        self.idle_since = self.loop.time()
        if is_crowded(self.connections):
            thin_out(cast("Iterable[Connection]", self.connections))
        self._timer = self.loop.call_later(ARRIVAL_SECONDS, transport.close)

    def data_received(self, data: bytes) -> None:
        """Parses received data and enforces the limits of time and size."""
        super().data_received(data)
        if self._head is not None:
            self._head += len(data)
            if self._head > HEAD_LIMIT:
                self.send_400_response("The head of this request is too long.")
                return
        if self._whole:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
        elif self._timer is None:
            self._timer = self.loop.call_later(ARRIVAL_SECONDS, self.transport.close)

    def on_message_begin(self) -> None:
        """Called when a request begins."""
        self._whole, self._head = False, 0
        super().on_message_begin()
        self.scope["extensions"] = {EXTENSION: self}  # type: ignore[dict-item]  # one of our own

    def on_headers_complete(self) -> None:
        """Called when the request's headers are complete."""
        self._head = None
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Called when the whole request has arrived."""
        self._whole, self.idle_since = True, None
        self.scope["extensions"][WHOLE] = {}  # on_message_begin has made them
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Called when the response is sent; the connection is idle unless another request is waiting."""
        if not self.pipeline:
            self.idle_since = self.loop.time()
        super().on_response_complete()

    def close(self) -> None:
        """Closes the connection without a response."""
        self.transport.close()

    @property
    def paused(self) -> bool:
        """Whether the write buffer is full until the peer reads more."""
        return self.flow.write_paused

    def follow(self, reader: PushingReader | None) -> None:
        """Registers a reader to be notified when the peer can take more, and when it disconnects."""
        self._reader = reader
        if reader is not None and self.cycle.disconnected:
            reader.leave()

    def push(self, data: bytes) -> None:
        """Writes a chunk of a streaming response."""
        self.transport.write(b"%x\r\n%b\r\n" % (len(data), data))

    def abort(self) -> None:
        """Aborts the connection."""
        self.transport.abort()

    def resume_writing(self) -> None:
        """Called when the peer can take more."""
        super().resume_writing()
        if self._reader is not None:
            self._reader.wake()

    def connection_lost(self, error: Exception | None) -> None:
        """Stops the timer of a closed connection, and the stream on it."""
        if self._timer is not None:
            self._timer.cancel()
        super().connection_lost(error)
        if self._reader is not None:
            self._reader.leave()


class Server(uvicorn.Server):
    """A uvicorn server for one `App`; calls `listening` once it accepts connections."""

    def __init__(self, app: App, host: str, port: int, listening: Callable[[], None] | None = None) -> None:
        self._app = app
        self._listening = listening
        config = uvicorn.Config(
            app,
            host=host,
            port=port,
            loop="uvloop",
            http=TimedHttpProtocol,
            ws="none",
            lifespan="on",
            access_log=False,
            log_config=None,
            server_header=False,
            headers=[("X-Content-Type-Options", "nosniff")],  # on every response, uvicorn's own too
            proxy_headers=False,  # forwarded headers are read in net/addresses.py, and only from listed proxies
            timeout_keep_alive=75,
            timeout_graceful_shutdown=STOP_SECONDS,
            limit_concurrency=10_000,
        )
        super().__init__(config)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Captures signals as uvicorn does, except that a server stopped by a signal exits with 0."""
        with super().capture_signals():
            yield
            self._captured_signals.clear()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Ends open streams before shutting down, because uvicorn waits for them."""
        self._app.bus.close()
        await super().shutdown(sockets)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Starts listening, then reports it."""
        await super().startup(sockets)
        if self._listening is not None and self.started:
            self._listening()


def serve(
    settings: Settings, host: str, port: int, workers: int, listening: Callable[[str], None], patience: float = 0
) -> int:
    """Serves until a signal arrives, and returns the exit code. Calls `listening` once connections are accepted, with
    the path of the first owner's link, or an empty string if there is an owner. Waits up to `patience` seconds for a
    database that accepts no connections yet or, on SQLite, for another server to stop."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # so that idle sockets cannot use up the file descriptors
    with sole_server(settings.database_url, patience):
        _migrate(settings.database_url, patience)  # fail before listening if the database is unusable
        begun = partial(listening, asyncio.run(_prepare(settings)))
        if workers > 1:
            return Workers(settings, host, port, workers).run(begun)
        return _run(Server(build_app(settings), host, port, begun))


async def _prepare(settings: Settings) -> str:
    """Checks that the sites' budgets can be enforced; returns the path of the first owner's link, empty if there is an
    owner."""
    db = Database(settings.database_url)
    await db.connect()
    try:
        if settings.provider_in_use in MODEL_PROVIDERS:
            await check_budgets(settings, db)
        return await first_owner_link(db)
    finally:
        await db.close()


def _migrate(url: str, patience: float) -> None:
    deadline = time.monotonic() + patience
    while True:
        try:
            return migrate(url)
        except Unreachable as error:
            if time.monotonic() >= deadline:
                raise
            log.warning("%s Trying again.", error.detail)
            time.sleep(min(5, max(0.1, patience / 10)))


def _run(server: Server, sockets: list[socket.socket] | None = None) -> int:
    try:
        server.run(sockets)
    except SystemExit:  # uvicorn has logged why
        return 1
    return 0 if server.started else 1


class Workers:
    """Several processes that accept on the same sockets; one that exits by itself is replaced."""

    def __init__(self, settings: Settings, host: str, port: int, count: int) -> None:
        self._settings = settings
        self._host, self._port, self._count = host, port, count
        self._born: dict[int, float] = {}
        self._stopping = False

    def run(self, listening: Callable[[], None]) -> int:
        """Runs until a signal arrives, or until a process exits right after its start; returns the exit code."""
        try:
            sockets = [
                socket.create_server(address, family=family, backlog=2048)
                for family, _, _, _, address in socket.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
            ]
        except OSError as error:
            log.error("cannot listen on %s:%s: %s", self._host, self._port, error)
            return 1
        listening()
        self._watched, self._held = os.pipe()  # closing it tells the children that this process has ended
        for number in STOPPING:
            signal.signal(number, self._stop)
        for _ in range(self._count):
            self._bear(sockets)
        code = 0
        while self._born:
            pid, status = os.waitpid(-1, 0)
            worker_ended(pid)
            lived = time.monotonic() - self._born.pop(pid)
            if not self._stopping and os.WIFEXITED(status) and lived < SHORT_LIFE:
                code = 1
                self._stop(signal.SIGTERM, None)
            elif not self._stopping:
                self._bear(sockets)
        return code

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._stopping = True
        for pid in self._born:
            with suppress(ProcessLookupError):  # it has just ended
                os.kill(pid, signal.SIGTERM)

    def _bear(self, sockets: list[socket.socket]) -> None:
        # Blocked until the child is registered and has its own handlers: a signal in between would be lost.
        signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
        pid = os.fork()
        if pid:
            self._born[pid] = time.monotonic()
            signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)
            return
        code = 1
        try:
            for number in STOPPING:
                signal.signal(number, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)
            os.close(self._held)
            threading.Thread(target=self._end_with_parent, daemon=True).start()
            code = _run(Server(build_app(self._settings), self._host, self._port), sockets)
        finally:
            os._exit(code)

    def _end_with_parent(self) -> None:
        os.read(self._watched, 1)
        os.kill(os.getpid(), signal.SIGTERM)
