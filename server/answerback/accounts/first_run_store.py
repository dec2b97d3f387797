"""The one-time link by which the first owner signs in to a new server. At most one exists, stored as a flag."""

from __future__ import annotations

from ..db.work import Work, one, run


def keep_first_link(hash: str, now: int) -> Work[bool]:
    """Replaces the first-run link; False if there is an owner already."""
    if (yield one("SELECT id FROM owners LIMIT 1")) is not None:
        return False
    yield run(
        """INSERT INTO flags (name, value, changed_at) VALUES ('first_link', :hash, :now)
        ON CONFLICT (name) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at""",
        hash=hash, now=now,
    )  # fmt: skip
    return True


def is_first_link(hash: str, made_after: int) -> Work[bool]:
    """Whether a link is still valid."""
    row = yield one(
        """SELECT name FROM flags WHERE name = 'first_link' AND value = :hash AND changed_at > :made_after
        AND NOT EXISTS (SELECT 1 FROM owners)""",
        hash=hash, made_after=made_after,
    )  # fmt: skip
    return row is not None


def use_first_link(hash: str, made_after: int) -> Work[bool]:
    """Uses a link, once."""
    row = yield one(
        """DELETE FROM flags WHERE name = 'first_link' AND value = :hash AND changed_at > :made_after
        AND NOT EXISTS (SELECT 1 FROM owners) RETURNING name""",
        hash=hash, made_after=made_after,
    )  # fmt: skip
    return row is not None
