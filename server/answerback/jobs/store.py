"""Jobs in the database. A due or expired row goes to the next runner; a dead one is never due."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson

from ..db.sql import in_list
from ..db.work import Row, Work, many, one, run
from .model import Job

_COLUMNS = "id, kind, site, data, tries, created_at, due_at, worker, error, failed_at"


def _read(row: Row) -> Job:
    return Job(**{**row, "data": orjson.loads(row["data"])})


def add(id: str, kind: str, key: str | None, site: str, data: Mapping[str, Any], now: int, due_at: int) -> Work[None]:
    """Adds a job, or brings forward the one of this kind and key."""
    yield run(
        """INSERT INTO jobs (id, kind, key, site, data, created_at, due_at)
        VALUES (:id, :kind, :key, :site, :data, :now, :due_at)
        ON CONFLICT (kind, key) DO UPDATE SET data = excluded.data, failed_at = NULL,
            tries = CASE WHEN jobs.due_at IS NULL THEN 0 ELSE jobs.tries END,
            again_at = CASE WHEN jobs.worker IS NULL THEN NULL ELSE excluded.due_at END,
            due_at = CASE WHEN jobs.worker IS NOT NULL OR jobs.due_at < excluded.due_at THEN jobs.due_at
                ELSE excluded.due_at END""",
        id=id, kind=kind, key=key, site=site, data=orjson.dumps(dict(data)).decode(), now=now, due_at=due_at,
    )  # fmt: skip


# ---- running


def next_due(kinds: Iterable[str]) -> Work[int | None]:
    """When the next job of these kinds is due, possibly in the past; None if there is none."""
    _, params = in_list("kind", kinds)
    moments = " UNION ALL ".join(f"SELECT MIN(due_at) AS moment FROM jobs WHERE kind = :{name}" for name in params)
    row = yield one(f"SELECT MIN(moment) AS moment FROM ({moments}) AS moments", **params)
    moment: int | None = row["moment"]
    return moment


def claim(
    worker: str, now: int, lease_until: int, room: Mapping[str, int], full: Mapping[str, Sequence[str]] | None = None
) -> Work[list[Job]]:
    """Claims due jobs, of each kind as many as there is room for, and none of its sites that are `full`. One
    conditional statement, so each goes to one worker."""
    _, params = in_list("kind", room)
    parts, others = [], {}
    for name, kind in params.items():
        sites, named = in_list(f"site_of_{name}_", (full or {}).get(kind, ()))
        others.update(named)
        elsewhere = f"AND site NOT IN ({sites})" if named else ""
        parts.append(
            f"""SELECT id FROM (SELECT id FROM jobs WHERE kind = :{name} AND due_at <= :now {elsewhere}
            ORDER BY due_at, id LIMIT :of_{name}) AS {name}"""
        )
    rows = yield many(
        f"""UPDATE jobs SET worker = :worker, due_at = :lease_until, tries = tries + 1
        WHERE due_at <= :now AND id IN ({" UNION ALL ".join(parts)}) RETURNING {_COLUMNS}""",
        worker=worker, now=now, lease_until=lease_until, **params, **others,
        **{f"of_{name}": room[kind] for name, kind in params.items()},
    )  # fmt: skip
    return [_read(row) for row in rows]


def keep(worker: str, ids: Sequence[str], lease_until: int) -> Work[set[str]]:
    """Renews leases; returns those still held by this worker."""
    listed, params = in_list("id", ids)
    rows = yield many(
        f"UPDATE jobs SET due_at = :lease_until WHERE id IN ({listed}) AND worker = :worker RETURNING id",
        lease_until=lease_until, worker=worker, **params,
    )  # fmt: skip
    return {row["id"] for row in rows}


def finish(worker: str, id: str) -> Work[None]:
    """Deletes a finished job, or queues it again if it was added again meanwhile."""
    again = yield one(
        """UPDATE jobs SET worker = NULL, due_at = again_at, again_at = NULL, tries = 0, error = ''
        WHERE id = :id AND worker = :worker AND again_at IS NOT NULL RETURNING id""",
        id=id, worker=worker,
    )  # fmt: skip
    if again is None:
        yield run("DELETE FROM jobs WHERE id = :id AND worker = :worker", id=id, worker=worker)


def try_again(worker: str, id: str, due_at: int, error: str) -> Work[None]:
    """Schedules a failed job to be retried at `due_at` (ms)."""
    yield run(
        """UPDATE jobs SET worker = NULL, due_at = :due_at, again_at = NULL, error = :error
        WHERE id = :id AND worker = :worker""",
        id=id, worker=worker, due_at=due_at, error=error,
    )  # fmt: skip


def postpone(worker: str, id: str, due_at: int) -> Work[None]:
    """Postpones a job until `due_at` (ms); the try does not count."""
    yield run(
        """UPDATE jobs SET worker = NULL, due_at = :due_at, again_at = NULL, tries = tries - 1
        WHERE id = :id AND worker = :worker""",
        id=id, worker=worker, due_at=due_at,
    )  # fmt: skip


def give_up(worker: str, id: str, now: int, error: str) -> Work[None]:
    """Marks a job as dead, or queues it again if it was added again meanwhile."""
    yield run(
        """UPDATE jobs SET worker = NULL, due_at = again_at, again_at = NULL, error = :error,
            tries = CASE WHEN again_at IS NULL THEN tries ELSE 0 END,
            failed_at = CASE WHEN again_at IS NULL THEN CAST(:now AS BIGINT) ELSE NULL END
        WHERE id = :id AND worker = :worker""",
        id=id, worker=worker, now=now, error=error,
    )  # fmt: skip


def give_back(worker: str, ids: Sequence[str], now: int) -> Work[None]:
    """Releases interrupted jobs: due at once, and the try does not count."""
    listed, params = in_list("id", ids)
    yield run(
        f"""UPDATE jobs SET worker = NULL, due_at = :now, again_at = NULL, tries = tries - 1
        WHERE id IN ({listed}) AND worker = :worker""",
        now=now, worker=worker, **params,
    )  # fmt: skip


def forget(kind: str, key: str) -> Work[None]:
    """Deletes the job of a kind and key; a running run is not stopped."""
    yield run("DELETE FROM jobs WHERE kind = :kind AND key = :key", kind=kind, key=key)


def forgive_clock(now: int, longest: int) -> Work[None]:
    """After the clock was set back: makes what was added or leased later due at once."""
    yield run(
        """UPDATE jobs SET due_at = :now
        WHERE due_at > :now AND ((worker IS NOT NULL AND due_at > :longest) OR created_at > :longest)""",
        now=now, longest=longest,
    )  # fmt: skip


# ---- looking, and seeing to the dead


def counted() -> Work[dict[tuple[str, ...], int]]:
    """The number of jobs by kind and state."""
    rows = yield many(
        """SELECT kind, CASE WHEN due_at IS NULL THEN 'dead' WHEN worker IS NULL THEN 'waiting' ELSE 'running' END
            AS state, COUNT(*) AS count
        FROM jobs GROUP BY 1, 2 ORDER BY 1, 2"""
    )
    return {(row["kind"], row["state"]): row["count"] for row in rows}


def listed_jobs(most: int) -> Work[list[Job]]:
    """Jobs, dead ones first, then by due time."""
    rows = yield many(
        f"SELECT {_COLUMNS} FROM jobs WHERE due_at IS NULL ORDER BY failed_at DESC, id LIMIT :most", most=most
    )
    rows += yield many(
        f"SELECT {_COLUMNS} FROM jobs WHERE due_at IS NOT NULL ORDER BY due_at, id LIMIT :most", most=most - len(rows)
    )
    return [_read(row) for row in rows]


def dead_jobs(sites: Sequence[str], most: int) -> Work[list[Job]]:
    """Dead jobs of these sites, newest first; the site '' is the server itself."""
    listed, params = in_list("site", sites)
    rows = yield many(
        f"""SELECT {_COLUMNS} FROM jobs WHERE due_at IS NULL AND site IN ({listed})
        ORDER BY failed_at DESC, id LIMIT :most""",
        most=most, **params,
    )  # fmt: skip
    return [_read(row) for row in rows]


def revive(ids: Sequence[str] | None, sites: Sequence[str] | None, now: int) -> Work[list[Job]]:
    """Runs dead jobs again with all their tries: these ids of these sites, or all (None). Returns the jobs."""
    chosen, params = _chosen(ids, sites)
    rows = yield many(
        f"""UPDATE jobs SET due_at = :now, tries = 0, error = '', failed_at = NULL
        WHERE due_at IS NULL{chosen} RETURNING {_COLUMNS}""",
        now=now, **params,
    )  # fmt: skip
    return [_read(row) for row in rows]


def discard(ids: Sequence[str], sites: Sequence[str] | None) -> Work[int]:
    """Deletes dead jobs; returns how many."""
    chosen, params = _chosen(ids, sites)
    rows = yield many(f"DELETE FROM jobs WHERE due_at IS NULL{chosen} RETURNING id", **params)
    return len(rows)


def _chosen(ids: Sequence[str] | None, sites: Sequence[str] | None) -> tuple[str, dict[str, Any]]:
    where = ""
    params: dict[str, Any] = {}
    for name, values in (("id", ids), ("site", sites)):
        if values is not None:
            listed, own = in_list(name, values)
            where += f" AND {name} IN ({listed})"
            params |= own
    return where, params
