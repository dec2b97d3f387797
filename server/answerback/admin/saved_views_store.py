"""Named filters of the log."""

from __future__ import annotations

from dataclasses import dataclass

from ..db.work import Work, many, one, run

MOST, NAME_LIMIT, QUERY_LIMIT = 30, 60, 1_000


@dataclass(frozen=True, slots=True)
class SavedView:
    """A named query of the log."""

    id: str
    name: str
    query: str


def views(owner_id: str) -> Work[list[SavedView]]:
    """An owner's saved views, by name."""
    rows = yield many(
        f"SELECT id, name, query FROM saved_views WHERE owner_id = :id ORDER BY name LIMIT {MOST}", id=owner_id
    )
    return [SavedView(**row) for row in rows]


def keep(owner_id: str, view: SavedView, now: int) -> Work[None]:
    """Saves a view, replacing the one with that name; the first `MOST` are kept."""
    yield run("DELETE FROM saved_views WHERE owner_id = :owner AND name = :name", owner=owner_id, name=view.name)
    yield run(
        f"""INSERT INTO saved_views (id, owner_id, name, query, created_at)
        SELECT :id, :owner, :name, :query, :now
        WHERE (SELECT COUNT(*) FROM saved_views WHERE owner_id = :owner) < {MOST}""",
        id=view.id, owner=owner_id, name=view.name, query=view.query, now=now,
    )  # fmt: skip


def drop(owner_id: str, id: str) -> Work[bool]:
    """Deletes one of an owner's views."""
    row = yield one("DELETE FROM saved_views WHERE owner_id = :owner AND id = :id RETURNING id", owner=owner_id, id=id)
    return row is not None
