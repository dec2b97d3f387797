"""Databases in which nothing is yet."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from answerback.migrations.revisions import Kind

from tests.once import IN_MEMORY
from tests.postgres import Postgres


@pytest.fixture
def file() -> Iterator[Path]:
    """Where a SQLite file may be made."""
    with tempfile.TemporaryDirectory(dir=IN_MEMORY if IN_MEMORY.is_dir() else None) as folder:  # as good as a disk
        yield Path(folder) / "answerback.db"


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> Kind:
    """Each of the two kinds."""
    kind: Kind = request.param
    return kind


@pytest.fixture
def url(kind: Kind, request: pytest.FixtureRequest) -> str:
    """An empty database of that kind."""
    if kind == "sqlite":
        return f"sqlite:///{request.getfixturevalue('file')}"
    postgres: Postgres = request.getfixturevalue("postgres")
    return postgres.blank()
