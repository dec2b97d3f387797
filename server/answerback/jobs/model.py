"""A job, its kinds, and the outcomes of a run."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

State = Literal["waiting", "running", "dead"]


@dataclass(frozen=True, slots=True)
class Job:
    """A job's row; times in milliseconds. Finished jobs have no row."""

    id: str
    kind: str
    site: str
    """Whose it is; empty for the server's own."""
    data: Mapping[str, Any]
    tries: int
    """How often it has been begun, this time included."""
    created_at: int
    due_at: int | None = None
    """When it is due; while it runs, when its lease ends. None: it has failed for good."""
    worker: str | None = None
    error: str = ""
    """How the last try has failed."""
    failed_at: int | None = None

    @property
    def state(self) -> State:
        """`waiting`, `running` or `dead`, as shown to owners."""
        if self.due_at is None:
            return "dead"
        return "waiting" if self.worker is None else "running"


@dataclass(frozen=True, slots=True)
class Kind:
    """How jobs of one name are run. A run may be cut off anywhere and repeated, so it must be idempotent."""

    name: str
    run: Callable[[Job], Awaitable[None]]
    at_once: int = 1
    """How many of them one process runs at the same time."""
    tries: int = 6
    retry_ms: int = 30_000
    """How long after the first failure it is tried again; each time twice as long."""
    seconds: float | None = 120
    """How long a run may take; None: as long as it likes."""
    of_site: int | None = None
    """How many of one site one process runs at the same time, so that its slow ones keep no other site waiting."""
    every_ms: int | None = None
    """How often it recurs, if it does: the schedule puts it then."""


class JobFailed(Exception):
    """A run failed. `reason` is shown to owners; `for_good`: retrying is useless; `retry_after`: it is for this many
    seconds."""

    def __init__(self, reason: str, *, for_good: bool = False, retry_after: float = 0.0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.for_good = for_good
        self.retry_after = retry_after


class JobPostponed(Exception):
    """The run was too early: it is repeated after this many seconds, and the try does not count."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds
