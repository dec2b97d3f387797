"""The schedule in the database: when each recurring job is due, and which process holds the lease."""

from __future__ import annotations

from ..db.work import Work, many, one, run


def lease_end(name: str, longest: int) -> Work[int]:
    """When the lease ends; 0 if nobody holds it, or if it ends too late because the clock was set back."""
    row = yield one("SELECT until FROM leases WHERE name = :name AND until <= :longest", name=name, longest=longest)
    return 0 if row is None else int(row["until"])


def hold(name: str, holder: str, now: int, until: int, longest: int) -> Work[bool]:
    """Takes an expired or impossible lease, or renews one's own; False while someone else holds it."""
    row = yield one(
        """INSERT INTO leases (name, holder, until) VALUES (:name, :holder, :until)
        ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
            WHERE leases.holder = excluded.holder OR leases.until <= :now OR leases.until > :longest
        RETURNING name""",
        name=name, holder=holder, now=now, until=until, longest=longest,
    )  # fmt: skip
    return row is not None


def let_go(name: str, holder: str) -> Work[None]:
    """Releases one's own lease."""
    yield run("DELETE FROM leases WHERE name = :name AND holder = :holder", name=name, holder=holder)


def due_times() -> Work[dict[str, int]]:
    """When each job is next due, by name."""
    rows = yield many("SELECT name, due_at FROM schedule")
    return {row["name"]: row["due_at"] for row in rows}


def set_due(name: str, due_at: int) -> Work[None]:
    """Sets when a job is next due."""
    yield run(
        """INSERT INTO schedule (name, due_at) VALUES (:name, :due_at)
        ON CONFLICT (name) DO UPDATE SET due_at = excluded.due_at""",
        name=name, due_at=due_at,
    )  # fmt: skip
