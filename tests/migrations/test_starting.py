"""Migrations that are killed, started in pairs, or run out of room; and the copy that is made before them."""

from __future__ import annotations

import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from answerback.errors import Unavailable
from answerback.migrations import HEAD, REVISIONS, migrate, plan

from tests.commands import clean_environment
from tests.migrations.databases import contents, execute, fetch, script
from tests.migrations.forking import A_SITE, state
from tests.migrations.released import dump_of
from tests.services import free_port, wait_until

ROOT = Path(__file__).parents[2]


def in_forks(what: str, url: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.migrations.forking", what, url],
        cwd=ROOT, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_migration_survives_a_kill_at_each_statement(url: str) -> None:
    in_forks("killed", url)
    assert plan(url) is None


def test_concurrent_migrations_both_succeed(url: str) -> None:
    in_forks("together", url)


def test_full_disk_changes_nothing(file: Path) -> None:
    in_forks("full", f"sqlite:///{file}")


def test_two_servers_start_at_once_on_an_empty_database(url: str, tmp_path: Path) -> None:
    ports = [free_port(), free_port()]
    settings = {"ANSWERBACK_DATA_DIR": str(tmp_path), "ANSWERBACK_DATABASE_URL": url, "ANSWERBACK_PROVIDER": "off"}
    command = [sys.executable, "-m", "answerback", "serve", "--port"]
    servers = [
        subprocess.Popen([*command, str(port)], env=clean_environment() | settings, cwd=tmp_path) for port in ports
    ]

    def ready(port: int) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as reply:
                return bool(reply.status == 200)
        except OSError:
            return False

    try:
        for server, port in zip(servers, ports, strict=True):
            wait_until(lambda server=server, port=port: ready(port) or server.poll() is not None, seconds=60)
        # A SQLite file has one server; the other one ends, and says so.
        ended = [server.poll() for server in servers if server.poll() is not None]
        assert ended == ([1] if url.startswith("sqlite") else [])
    finally:
        for server in servers:
            server.terminate()
            server.wait(20)
    assert fetch(url, "SELECT version_num FROM alembic_version") == [(HEAD,)]


# ---- the copy


def old(file: Path) -> str:
    """A database of the first schema with rows in it."""
    url = f"sqlite:///{file}"
    script(url, dump_of("0001", "sqlite").read_text("utf-8"))
    return url


def test_data_is_copied_before_migration(file: Path) -> None:
    url = old(file)
    file.chmod(0o640)
    before = state(url)
    file.with_name("answerback.db.before-0002.unfinished").write_text("left by a killed server")
    migrate(url)
    copy = file.with_name("answerback.db.before-0002")
    assert sorted(path.name for path in file.parent.iterdir()) == [file.name, copy.name]
    assert state(f"sqlite:///{copy}") == before
    assert copy.stat().st_mode & 0o777 == 0o640


def test_only_the_latest_copy_is_kept(file: Path) -> None:
    url = f"sqlite:///{file}"
    script(url, dump_of("0003", "sqlite").read_text("utf-8"))
    older, foreign = file.with_name("answerback.db.before-0003"), file.with_name("answerback.db.before-the-move")
    for path in (older, foreign):
        path.write_bytes(b"")
    migrate(url)
    assert {path.name for path in file.parent.iterdir()} == {file.name, "answerback.db.before-0004", foreign.name}


def test_empty_database_is_not_copied(file: Path) -> None:
    url = f"sqlite:///{file}"
    migrate(url, REVISIONS[:1])
    migrate(url)
    assert list(file.parent.iterdir()) == [file]


def test_damaged_file_is_not_migrated(file: Path) -> None:
    url = old(file)
    execute(url, *(A_SITE.replace("demo", f"demo-{i}").replace("{}", "x" * 3000) for i in range(20)))
    with file.open("rb+") as pages:
        pages.seek(file.stat().st_size - 4096)
        pages.write(b"\xff" * 4096)
    with pytest.raises(Unavailable, match=r"is damaged .* Go back to a backup"):
        migrate(url)
    assert list(file.parent.iterdir()) == [file]
    assert fetch(url, "SELECT version_num FROM alembic_version") == [("0001",)]


def test_plan_changes_nothing(file: Path) -> None:
    step = plan(f"sqlite:///{file}")
    assert step is not None and "no database" in step.why
    assert list(file.parent.iterdir()) == []
    url = old(file)
    before = contents(url)
    assert plan(url) is not None
    assert (list(file.parent.iterdir()), contents(url)) == ([file], before)


def test_progress_is_reported(url: str) -> None:
    told: list[tuple[str, int, int]] = []
    migrate(url, REVISIONS[:2], lambda *progress: told.append(progress))
    for revision in REVISIONS[:2]:
        steps = [(done, of) for what, done, of in told if what == f"Revision {revision.number}"]
        assert steps == [(done, len(steps) - 1) for done in range(len(steps))]


def test_reached_revision_is_logged_once(url: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "answerback.migrations")
    migrate(url)
    migrate(url)
    assert caplog.messages == [f"the database is at revision {HEAD}"]
