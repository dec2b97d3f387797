"""The schema's history: numbered revisions, each a tuple of statements."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Literal

from . import versions
from .computing import Computed

Kind = Literal["sqlite", "postgresql"]


@dataclass(frozen=True)
class Revision:
    """One step of the schema's history; runs in one transaction."""

    number: str
    sqlite: tuple[str, ...]
    postgresql: tuple[str, ...]
    computed: Computed | None = None

    def statements(self, kind: Kind) -> tuple[str, ...]:
        """The statements for this kind of database."""
        return self.sqlite if kind == "sqlite" else self.postgresql


def _revision(name: str) -> Revision:
    module: ModuleType = import_module(f".{name}", versions.__name__)
    both: tuple[str, ...] = getattr(module, "STATEMENTS", ())
    return Revision(
        name[:4], getattr(module, "SQLITE", both), getattr(module, "POSTGRESQL", both),
        getattr(module, "COMPUTED", None),
    )  # fmt: skip


REVISIONS: tuple[Revision, ...] = tuple(
    _revision(name) for name in sorted(module.name for module in iter_modules(versions.__path__))
)
HEAD = REVISIONS[-1].number
"""The newest revision."""
