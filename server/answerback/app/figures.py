"""Gauges computed at scrape time: queue, jobs, database files, backups and checks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from ..answers.waiting_store import Waiting, waiting_answers
from ..db.work import Work
from ..jobs import store as jobs
from ..maintenance.status import Status, read_status
from ..runtime import Runtime
from ..settings import sqlite_file


class Moment(Collector):
    """Gauges and their values at one moment."""

    def __init__(self) -> None:
        self._gauges: list[Metric] = []

    def collect(self) -> Iterable[Metric]:
        """The gauges."""
        return self._gauges

    def add(self, name: str, help: str, value: float) -> None:
        """Adds a gauge without labels."""
        self._gauges.append(GaugeMetricFamily(f"answerback_{name}", help, value))

    def add_labelled(
        self, name: str, help: str, labels: Sequence[str], values: Mapping[tuple[str, ...], float]
    ) -> None:
        """Adds a gauge with a value for each combination of labels."""
        gauge = GaugeMetricFamily(f"answerback_{name}", help, labels=labels)
        for each, value in values.items():
            gauge.add_metric(each, value)
        self._gauges.append(gauge)


def add_files(moment: Moment, runtime: Runtime) -> None:
    """Adds the gauges that need no database: bytes of its files, and free bytes on their disk."""
    file = sqlite_file(runtime.db.url)
    if file is not None:
        for name, path, help in (
            ("database_bytes", file, "Size of the database file."),
            ("wal_bytes", _wal(file), "Size of SQLite's write-ahead log."),
        ):
            with suppress(OSError):
                moment.add(name, help, path.stat().st_size)
    free = runtime.free_bytes()
    if free is not None:
        moment.add("disk_free_bytes", "Free bytes on the disk of the database.", free)


def _wal(file: Path) -> Path:
    return file.with_name(f"{file.name}-wal")


@dataclass(frozen=True, slots=True)
class Rows:
    """Gauges read from the database."""

    status: Status
    waiting: Waiting
    jobs: Mapping[tuple[str, ...], int]


async def read_rows(runtime: Runtime) -> Rows:
    """Reads the gauges from the database. Raises Unavailable."""
    now = runtime.clock.now()

    def work() -> Work[tuple[Waiting, Mapping[tuple[str, ...], int]]]:
        return (yield from waiting_answers(now)), (yield from jobs.counted())

    waiting, counted = await runtime.db.read(work)
    return Rows(await read_status(runtime.db, runtime.free_bytes, now), waiting, counted)


def add_rows(moment: Moment, rows: Rows, *, is_sqlite: bool) -> None:
    """Adds the gauges of the queue and of jobs in all processes, and the outcomes of backups and checks."""
    status, waiting = rows.status, rows.waiting
    moment.add_labelled(
        "answers_waiting", "Answers in the queue, and those being written, of all processes.", ["state"],
        {("queued",): waiting.queued, ("streaming",): waiting.streaming},
    )  # fmt: skip
    moment.add("queue_age_seconds", "How long the oldest queued answer has been due.", waiting.oldest_ms / 1000)
    moment.add_labelled("jobs", "Jobs by kind and state.", ["kind", "state"], rows.jobs)
    if not is_sqlite:
        moment.add("database_bytes", "Size of the database.", status.database_bytes)
    if status.good_backup is not None:
        at = status.good_backup.at / 1000
        moment.add("last_backup_timestamp_seconds", "When the last good backup was made.", at)
    for name, run in (("backup", status.backup), ("integrity", status.integrity)):
        if run is not None:
            moment.add(f"last_{name}_ok", f"Whether the last {name} run was good.", run.outcome == "ok")
