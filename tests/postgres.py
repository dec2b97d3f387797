"""A PostgreSQL server of the tests' own."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.commands import alone
from tests.services import free_port, wait_until


@dataclass
class Postgres:
    """A PostgreSQL server in a temporary folder."""

    port: int
    count: int = 0

    @classmethod
    @contextmanager
    def start(cls) -> Iterator[Postgres]:
        programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
        found = shutil.which("initdb")
        folder_of_programs = programs[-1] if programs else Path(found).resolve().parent if found else None
        assert folder_of_programs is not None, "PostgreSQL is not installed"
        folder = Path(tempfile.mkdtemp(dir="/tmp"))
        user: dict[str, Any] = {}
        if os.getuid() == 0:  # PostgreSQL refuses to run as root
            shutil.chown(folder, "postgres", "postgres")
            user = {"user": "postgres", "group": "postgres", "extra_groups": []}
        port = free_port()
        data = folder / "data"
        initdb = [
            str(folder_of_programs / "initdb"),
            "-D",
            str(data),
            *"-U postgres -A trust -N -E UTF8 --locale=C".split(),
        ]
        subprocess.run(initdb, check=True, capture_output=True, cwd=folder, **user)
        options = ["-c", "fsync=off", "-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={folder}"]
        process = subprocess.Popen(
            [folder_of_programs / "postgres", "-D", data, "-p", str(port), "-c", "max_connections=200", *options],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder, **user,
        )  # fmt: skip
        server = cls(port)
        try:
            wait_until(lambda: server._sql("SELECT 1", quiet=True))
            yield server
        finally:
            process.send_signal(2)  # SIGINT: fast shutdown
            process.wait(20)
            shutil.rmtree(folder, ignore_errors=True)

    def url(self, name: str, *, create: bool = False) -> str:
        if create:
            assert self._sql(f"CREATE DATABASE {name}")
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"

    def fresh(self) -> str:
        """A migrated, empty database that nobody else uses."""
        self.count += 1
        name = f"answerback_{self.count}"
        assert self._sql(f"CREATE DATABASE {name} TEMPLATE template_answerback")
        return self.url(name)

    def drop_connections(self) -> None:
        """End what everybody holds here, as a restart does."""
        self._sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE 'answerback_%'")

    def _sql(self, sql: str, *, quiet: bool = False) -> bool:
        import asyncpg

        async def go() -> None:
            connection = await asyncpg.connect(host="127.0.0.1", port=self.port, user="postgres", database="postgres")
            try:
                await connection.execute(sql)
            finally:
                await connection.close()

        try:
            alone(lambda: asyncio.run(go()))
        except (OSError, asyncpg.PostgresError):
            if quiet:
                return False
            raise
        return True
