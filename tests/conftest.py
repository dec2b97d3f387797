"""Real parts for the tests: a migrated SQLite file, a PostgreSQL server, our server in a thread or a process.

What takes long to import is imported by the fixtures that need it, so that a test of the core starts at once.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.once import run_folder

if TYPE_CHECKING:
    from answerback.db.database import Database

    from tests.fakes.openai_server import OpenAIServer
    from tests.postgres import Postgres
    from tests.processes import ServerProcess
    from tests.services import Server

# A busy machine is no failure, and CI tries the same examples each time.
settings.register_profile("house", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("house")

BROWSER = Path(__file__).parent / "browser"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--deselect-postgresql", action="store_true", help="where there is no PostgreSQL")


def pytest_configure(config: pytest.Config) -> None:
    """Makes the folder that all workers of the run share."""
    run_folder()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Ends what they have shared, once all of them have left."""
    if not hasattr(config, "workerinput") and (run_folder() / "postgres").exists():
        from tests.postgres import Postgres

        Postgres.end()


def needs_postgres(item: pytest.Item) -> bool:
    """Whether a test is one with PostgreSQL."""
    return "postgres" in item.name or "postgres" in getattr(item, "fixturenames", ())


def pytest_collection_finish(session: pytest.Session) -> None:
    """Lets PostgreSQL start beside the first tests where one of those to come needs it."""
    if any(map(needs_postgres, session.items)):
        from tests.postgres import Postgres

        Postgres.begin()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out what needs PostgreSQL where tests/system_packages.sh has said that there is none."""
    if not config.getoption("--deselect-postgresql"):
        return
    gone = [item for item in items if needs_postgres(item)]
    config.hook.pytest_deselected(items=gone)
    items[:] = [item for item in items if item not in gone]


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Playwright's sync API keeps a loop running in this thread: it must have ended before others run theirs."""
    if BROWSER in item.path.parents:
        return
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return
    raise AssertionError("an event loop of an earlier test is still running; give its fixture a narrower scope")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def postgres() -> Postgres:
    """A PostgreSQL server of the run's own."""
    from tests.postgres import Postgres

    return Postgres.ready()


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """A connected, migrated, empty database, on each of the two kinds."""
    from answerback.db.database import Database

    from tests.services import migrated_sqlite

    if request.param == "sqlite":
        path = tmp_path / "answerback.db"
        shutil.copy(migrated_sqlite(), path)
        url = f"sqlite:///{path}"
    else:
        url = request.getfixturevalue("postgres").fresh()
    db = Database(url)
    await db.connect()
    yield db
    await db.close()


@pytest.fixture
def model() -> Iterator[OpenAIServer]:
    """An OpenAI-compatible server that does what it is told to."""
    from tests.fakes.openai_server import OpenAIServer

    with OpenAIServer.start() as server:
        yield server


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for the whole module, without limits by address; tests take it as `shared`."""
    from tests.services import OF_ONE_ADDRESS, Server, Site

    with Site.start() as site, Server.start(tmp_path_factory.mktemp("shared"), site, **OF_ONE_ADDRESS) as server:
        yield server


@pytest.fixture
def shared(running: Server) -> Server:
    """The module's server, on a page that no other test has been on and as nobody: the cheap one."""
    running.turn_page()
    return running


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server of the test's own, to be stopped and set otherwise, with a site `demo` and a page of it on another
    origin."""
    from tests.services import Server, Site

    with Site.start() as site, Server.start(tmp_path, site) as running:
        yield running


@pytest.fixture
def server_process(tmp_path: Path) -> Iterator[ServerProcess]:
    """As `server`, in a process of its own: to be killed and signalled."""
    from tests.processes import ServerProcess
    from tests.services import Site

    with Site.start() as site, ServerProcess.start(tmp_path, site) as running:
        yield running
