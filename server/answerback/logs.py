"""The server's log: one line per event, as text or JSON, without visitors' words or addresses.

Errors are named by type and location. Their messages are left out unless they are known to contain no visitor data: a
database that cannot decode a comment quotes it, a mail server repeats the address.
"""

from __future__ import annotations

import errno
import json
import logging
import math
import sqlite3
import threading
import time
import traceback
from asyncio import AbstractEventLoop
from collections.abc import Callable, Mapping
from contextvars import Context, ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TextIO

from .errors import Unavailable

Format = Literal["text", "json"]
PACKAGE = Path(__file__).parent
QUIET_SECONDS, REMIND_SECONDS = 60.0, 3600.0
OF_CODE = (AssertionError, AttributeError, ImportError, NameError, NotImplementedError, TypeError)
"""Errors whose messages concern only the code."""
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}
_fields: ContextVar[Mapping[str, str]] = ContextVar("log_fields", default={})  # noqa: B039  never mutated


def bind(**fields: str) -> None:
    """Adds these fields to each line that the running task logs from now on."""
    _fields.set({**_fields.get(), **fields})


def bound(name: str) -> str:
    """The value of a bound field; empty if it is not bound."""
    return _fields.get().get(name, "")


def describe(error: BaseException) -> str:
    """Describes an error without any of a visitor's data."""
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    code = getattr(error, "sqlite_errorname", None) if isinstance(error, sqlite3.Error) else None
    code = code or getattr(error, "sqlstate", None) or getattr(error, "code", None)
    if isinstance(error, OSError) and error.errno is not None:
        code = errno.errorcode.get(error.errno)
    if isinstance(error, OF_CODE) or getattr(error, "is_for_log", False):
        return f"{name}: {error}"
    return f"{name} ({code})" if isinstance(code, str) else name


class Formatter(logging.Formatter):
    """Formats a record as one line: time, level, event, then its fields."""

    def __init__(self, format: Format) -> None:
        super().__init__()
        self._json = format == "json"

    def format(self, record: logging.LogRecord) -> str:
        """The formatted line."""
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        head = {"time": moment.replace("+00:00", "Z"), "level": record.levelname, "event": record.getMessage()}
        fields = {**_fields.get(), **{name: value for name, value in vars(record).items() if name not in _STANDARD}}
        fields = {name: value for name, value in fields.items() if value not in (None, "")}
        if record.exc_info and record.exc_info[1] is not None:
            fields |= {"error": describe(record.exc_info[1]), "at": places(record.exc_info[1])}
        if self._json:
            return json.dumps({**head, "logger": record.name, **fields}, ensure_ascii=False, default=repr)
        event = " ".join(head["event"].split())
        rest = "".join(f" {name}={_quoted(value)}" for name, value in fields.items())
        return f"{head['time']} {record.levelname:7} {event}{rest}"


def _quoted(value: object) -> str:
    text = f"{value:.3g}" if isinstance(value, float) else str(value)
    return text if text and not any(c.isspace() or c in '"=' for c in text) else json.dumps(text, ensure_ascii=False)


def places(error: BaseException) -> str:
    """Where an error was raised, from the innermost call outward, at most six; for a chained error, where its root
    cause was."""
    while (cause := error.__cause__ or (None if error.__suppress_context__ else error.__context__)) is not None:
        error = cause
    frames = traceback.extract_tb(error.__traceback__)
    return " < ".join(f"{_short(frame.filename)}:{frame.lineno}" for frame in reversed(frames[-6:]))


def _short(filename: str) -> str:
    path = Path(filename)
    return str(path.relative_to(PACKAGE) if PACKAGE in path.parents else path.name)


@dataclass(slots=True)
class _Repeated:
    """A repeated record: when it began, when it last occurred, and how many lines were suppressed."""

    level: int
    begun: float
    last: float
    left_out: int = 0


class Handler(logging.StreamHandler[TextIO]):
    """Writes a repeated warning or error once, with the number of suppressed lines: after a minute without it, each
    hour, and at shutdown. Records are the same if their event and the type and place of their error are."""

    def __init__(self, stream: TextIO | None = None, *, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(stream)
        self._clock = clock
        self._repeated: dict[tuple[str, str, str, str], _Repeated] = {}
        self._timer: threading.Timer | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Writes a record unless it repeats one."""
        now = self._clock()
        self._sum_up(now)
        if record.levelno >= logging.WARNING:
            error = record.exc_info[1] if record.exc_info else None
            raised = (describe(error), places(error)) if error is not None else ("", "")
            key = record.name, record.getMessage(), *raised
            if known := self._repeated.get(key):
                known.last, known.left_out = now, known.left_out + 1
                self._look_later()
                return
            self._repeated[key] = _Repeated(record.levelno, now, now)
        super().emit(record)

    def close(self) -> None:
        """Writes the remaining summaries."""
        self.acquire()
        self._sum_up(math.inf)
        if self._timer is not None:
            self._timer.cancel()
        self.release()
        super().close()

    def _sum_up(self, now: float) -> None:
        for key, of in list(self._repeated.items()):
            if now - of.last > QUIET_SECONDS or now - of.begun > REMIND_SECONDS:
                del self._repeated[key]
                if of.left_out:
                    name, event, error, at = key
                    fields = {"error": error, "at": at, "left_out": of.left_out}
                    record = logging.makeLogRecord({"name": name, "levelno": of.level, "msg": event} | fields)
                    record.levelname = logging.getLevelName(of.level)
                    Context().run(super().emit, record)  # outside of any request

    def _look_later(self) -> None:
        if self._timer is None:
            self._timer = threading.Timer(QUIET_SECONDS + 1, self._look)
            self._timer.daemon = True
            self._timer.start()

    def _look(self) -> None:
        self.acquire()
        self._timer = None
        self._sum_up(self._clock())
        if any(of.left_out for of in self._repeated.values()):
            self._look_later()
        self.release()


def configure(format: Format) -> None:
    """Sends all logs to stderr: our own from INFO, those of libraries from WARNING."""
    handler = Handler()
    handler.setFormatter(Formatter(format))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger(__package__).setLevel(logging.INFO)


def watch_tasks(loop: AbstractEventLoop) -> None:
    """Logs exceptions of tasks that nobody awaited in our format, since asyncio would print the error's text."""

    def lost(_: AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        logging.getLogger(__name__).error(
            "an error reached nobody: %s", str(context["message"]).partition(":")[0], exc_info=error
        )

    loop.set_exception_handler(lost)


class Fault:
    """A condition that may fail: logged when it begins, each hour while it lasts, and when it ends. Failures less than
    a minute apart are one fault."""

    def __init__(
        self, log: logging.Logger, name: str, *, level: int = logging.ERROR,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self._log = log
        self._name = name
        self._level = level
        self._clock = clock
        self._said: dict[str, float] = {}
        """When each reason was last logged."""
        self._count = 0
        self._last = 0.0

    def failed(self, reason: str, error: Exception | None = None, **fields: object) -> None:
        """Records a failure; `reason` must be the same for the same cause."""
        now = self._clock()
        if now - self._last > QUIET_SECONDS:
            self._said, self._count = {}, 0
        self._last, self._count = now, self._count + 1
        if now - self._said.get(reason, -REMIND_SECONDS) >= REMIND_SECONDS:
            self._said[reason] = now
            fields |= {"times": self._count} if self._count > 1 else {}
            self._log.log(self._level, "%s: %s", self._name, reason, extra=fields, exc_info=error)

    def raised(self, error: Exception) -> None:
        """Records a failure by its exception; an unavailable database is logged where it is detected."""
        if not isinstance(error, Unavailable):
            self.failed(describe(error), error)

    def worked(self) -> None:
        """Records a success."""
        if self._said and self._clock() - self._last > QUIET_SECONDS:
            self._said = {}
            self._log.info("%s: over", self._name, extra={"times": self._count})
