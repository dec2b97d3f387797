"""The servers that share this database: their keys' fingerprints and their clocks."""

from __future__ import annotations

from dataclasses import dataclass

from ..db.work import Work, many, one, run

NOW = "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)"
"""The time by PostgreSQL's own clock; a SQLite database has one server."""
GONE_MS = 150_000
"""A server that was not seen for this long has stopped."""


@dataclass(frozen=True, slots=True)
class ServerRow:
    """A running server: its process, the fingerprints of its keys (newest last), and how many milliseconds its clock is
    ahead of the database's."""

    id: str
    host: str
    pid: int
    keys: tuple[str, ...]
    ahead: int


def database_time() -> Work[int]:
    """The current time of the database's clock."""
    row = yield one(f"SELECT {NOW} AS now")
    return int(row["now"])


def keep(server: ServerRow, now: int) -> Work[None]:
    """Registers this server, and removes servers that have stopped."""
    yield run("DELETE FROM servers WHERE seen_at < :gone", gone=now - GONE_MS)
    yield run(
        """INSERT INTO servers (id, host, pid, key, ahead, seen_at) VALUES (:id, :host, :pid, :key, :ahead, :now)
        ON CONFLICT (id) DO UPDATE SET ahead = excluded.ahead, seen_at = excluded.seen_at""",
        id=server.id, host=server.host, pid=server.pid, key=",".join(server.keys), ahead=server.ahead, now=now,
    )  # fmt: skip


def running(now: int) -> Work[list[ServerRow]]:
    """The servers that are running."""
    rows = yield many(
        "SELECT id, host, pid, key, ahead FROM servers WHERE seen_at >= :gone ORDER BY host, pid", gone=now - GONE_MS
    )
    return [ServerRow(row["id"], row["host"], row["pid"], tuple(row["key"].split(",")), row["ahead"]) for row in rows]


def running_now() -> Work[list[ServerRow]]:
    """The servers that are running, by the database's clock."""
    return (yield from running((yield from database_time())))


def remove(id: str) -> Work[None]:
    """Removes this server's registration."""
    yield run("DELETE FROM servers WHERE id = :id", id=id)
