"""Each site's first page that requested its comments."""

from __future__ import annotations

from dataclasses import dataclass

from ..db.work import Work, one, run


@dataclass(frozen=True, slots=True)
class Sighting:
    """The page, its origin, and the time."""

    origin: str
    page: str
    at: int


def note_seen(site: str, origin: str, page: str, now: int) -> Work[None]:
    """Records a sighting, unless there is one already."""
    yield run(
        """INSERT INTO flags (name, value, changed_at) VALUES (:name, :value, :now) ON CONFLICT (name) DO NOTHING""",
        name=f"seen|{site}", value=f"{origin} {page}", now=now,
    )  # fmt: skip


def seen(site: str) -> Work[Sighting | None]:
    """The first sighting; None before the tag's first run."""
    row = yield one("SELECT value, changed_at FROM flags WHERE name = :name", name=f"seen|{site}")
    if row is None:
        return None
    origin, _, page = row["value"].partition(" ")
    return Sighting(origin, page, row["changed_at"])
