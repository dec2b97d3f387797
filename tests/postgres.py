"""A PostgreSQL server of the run's own, shared by its workers."""

from __future__ import annotations

import asyncio
import os
import shlex
import shutil
import subprocess
import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
from answerback.migrations import migrate

from tests.commands import alone
from tests.once import once, run_folder
from tests.services import free_port, wait_until

INITDB = "-U postgres -A trust -N -E UTF8 --locale=C"
TEMPLATE = "template_answerback"
KEPT = 8
"""How many databases of earlier tests are left at most: they take up memory."""


def programs() -> Path:
    """The folder of PostgreSQL's own programs."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    found = shutil.which("initdb")
    folder = installed[-1] if installed else Path(found).resolve().parent if found else None
    assert folder is not None, "PostgreSQL is not installed"
    return folder


def _spawn(folder: Path) -> None:
    """Begin to make a database cluster and to run it, and wait for neither."""
    folder.mkdir()
    user: dict[str, Any] = {}
    if os.getuid() == 0:  # PostgreSQL refuses to run as root
        shutil.chown(folder, "postgres", "postgres")
        user = {"user": "postgres", "group": "postgres", "extra_groups": []}
    port, data = free_port(), folder / "data"
    settings = f"fsync=off listen_addresses=127.0.0.1 unix_socket_directories={folder} max_connections=300 port={port}"
    options = shlex.join(part for setting in settings.split() for part in ("-c", setting))
    bin = programs()
    script = f"{bin}/initdb -D {data} {INITDB} && exec {bin}/postgres -D {data} {options}"
    subprocess.run(
        f"({script}) &", shell=True, check=True, cwd=folder, start_new_session=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **user,
    )  # fmt: skip
    (folder / "port").write_text(str(port))


@dataclass(frozen=True)
class Postgres:
    """The server, with a migrated template database."""

    port: int
    made: list[str] = field(default_factory=list)
    """Databases of this process, oldest first."""

    @classmethod
    def begin(cls) -> Postgres:
        """The run's server, which may not be ready yet."""
        return cls(int((once("postgres", _spawn) / "port").read_text()))

    @classmethod
    def ready(cls) -> Postgres:
        """The run's server, once it takes connections and has its template."""
        server = cls.begin()
        once("postgres-template", server._make_template)
        return server

    @staticmethod
    def end() -> None:
        """Stop the run's server, if there is one."""
        data = run_folder() / "postgres" / "data"
        if data.exists():
            pid = wait_until(lambda: _pid(data))
            with suppress(ProcessLookupError):
                os.kill(pid, 3)  # SIGQUIT: at once, since nothing is to be kept
            wait_until(lambda: _pid(data) is None)

    def fresh(self) -> str:
        """The address of a migrated, empty database that nobody else uses."""
        return self._create(TEMPLATE)

    def blank(self) -> str:
        """The address of a database without any tables that nobody else uses."""
        return self._create("template0")

    def drop_connections(self, url: str) -> None:
        """End what everybody holds of that database, as a restart does."""
        name = url.rpartition("/")[2]
        self.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")

    def run(self, sql: str) -> None:
        """Run a statement as its administrator."""

        async def go() -> None:
            connection = await asyncpg.connect(host="127.0.0.1", port=self.port, user="postgres", database="postgres")
            try:
                await connection.execute(sql)
            finally:
                await connection.close()

        alone(lambda: asyncio.run(go()))

    def _create(self, template: str) -> str:
        name = f"answerback_{uuid.uuid4().hex}"
        while len(self.made) > KEPT:
            with suppress(asyncpg.ObjectInUseError):  # by a server of the whole module
                self.run(f"DROP DATABASE {self.made.pop(0)}")
        self.run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        self.made.append(name)
        return self._url(name)

    def _make_template(self, mark: Path) -> None:
        wait_until(self._answers)
        self.run(f"CREATE DATABASE {TEMPLATE}")
        alone(lambda: migrate(self._url(TEMPLATE)))
        mark.touch()

    def _answers(self) -> bool:
        try:
            self.run("SELECT 1")
        except (OSError, asyncpg.PostgresError):
            return False
        return True

    def _url(self, name: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"


def _pid(data: Path) -> int | None:
    """The process that has the cluster, by its own file, which it takes away at the end."""
    try:
        return int((data / "postmaster.pid").read_text().split()[0])
    except (FileNotFoundError, IndexError):
        return None
