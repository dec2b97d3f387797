"""Real parts for the tests: a migrated SQLite file, a PostgreSQL server, our server in a process of its own."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from answerback.db import Database
from answerback.migrations import migrate

from tests import services


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file, to be copied."""
    path = tmp_path_factory.mktemp("sqlite") / "migrated.db"
    migrate(f"sqlite:///{path}")
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return path


@pytest.fixture(scope="session")
def postgres() -> Iterator[services.Postgres]:
    """A PostgreSQL server of the tests' own, with a migrated template database."""
    with services.Postgres.start() as server:
        url = server.url("template_answerback", create=True)
        services.alone(lambda: migrate(url))
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """A connected, migrated, empty database, on each of the two kinds."""
    if request.param == "sqlite":
        path = tmp_path / "answerback.db"
        shutil.copy(request.getfixturevalue("migrated_sqlite"), path)
        url = f"sqlite:///{path}"
    else:
        url = request.getfixturevalue("postgres").fresh()
    db = Database(url)
    await db.connect()
    yield db
    await db.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[services.Server]:
    """`answerback serve` on a free port with a site `demo`, and a page of that site on another origin."""
    with services.Site.start() as site, services.Server.start(tmp_path, site) as running:
        yield running
