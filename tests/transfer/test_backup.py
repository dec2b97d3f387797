"""Backups end beside writes, are whole or not there, and say what is damaged; what is put back is whole, too."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from answerback.db import sqlite_file
from answerback.errors import AppError
from answerback.transfer.backup.making import make_backup
from answerback.transfer.backup.restoring import restore

from tests.commands import clean_environment, run_command
from tests.processes import ServerProcess
from tests.services import migrated_sqlite
from tests.store.test_integrity import lose_index_entries

NOW = 1_790_000_000_000
KEY = "k" * 64


def quiet(step: str, done: int, of: int) -> None:
    """Nobody watches."""


def add_rows(path: Path, *keys: str) -> None:
    """Rows of another process, of some pages each."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executemany("INSERT INTO sites VALUES (?, ?, 1, 1)", [(key, "x" * 10_000) for key in keys])


def keys(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [key for (key,) in connection.execute("SELECT key FROM sites ORDER BY key")]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """As a server has left it, with a key beside it."""
    path = tmp_path / "data" / "answerback.db"
    path.parent.mkdir()
    shutil.copy(migrated_sqlite(), path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    (path.parent / "secret-key").write_text(KEY, "ascii")
    return path


@pytest.fixture
def key(database: Path) -> Path:
    return database.parent / "secret-key"


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_backup_beside_steady_writes_ends_consistently(database: Path, key: Path, tmp_path: Path) -> None:
    add_rows(database, *(f"before-{number}" for number in range(400)))
    steps: list[int] = []

    def write(step: str, done: int, of: int) -> None:
        if step == "Copying":
            assert len(steps) < 100, "it has begun anew"
            steps.append(done)
            add_rows(database, f"meanwhile-{len(steps)}")

    made = make_backup(database, key, tmp_path / "copy.tar", NOW, write)
    assert len(steps) > 2
    assert made.rows["sites"] == 400
    restore(tmp_path / "copy.tar", tmp_path / "new.db", tmp_path / "new-key", NOW, quiet)
    assert len(keys(tmp_path / "new.db")) == 400
    assert (tmp_path / "new-key").read_text("ascii") == KEY
    assert len(keys(database)) == 400 + len(steps)


def test_backup_is_private_and_leaves_nothing_else(database: Path, key: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copies"
    folder.mkdir()
    (folder / "a.tar.unfinished").write_text("of a backup that was killed")
    make_backup(database, key, folder / "a.tar", NOW, quiet)
    assert names(folder) == {"a.tar"}
    assert (folder / "a.tar").stat().st_mode & 0o777 == 0o600
    listed = subprocess.run(["tar", "-tf", folder / "a.tar"], capture_output=True, text=True, check=True).stdout
    assert listed.split() == ["manifest.json", "secret-key", "answerback.db"]


def test_backup_overwrites_nothing_and_runs_alone(database: Path, key: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy.tar"

    def another(step: str, done: int, of: int) -> None:
        with pytest.raises(AppError, match="Another backup"):
            make_backup(database, key, target, NOW, quiet)

    make_backup(database, key, target, NOW, another)
    with pytest.raises(AppError, match="already exists"):
        make_backup(database, key, target, NOW, quiet)
    with pytest.raises(AppError, match="There is no folder"):
        make_backup(database, key, tmp_path / "nowhere" / "copy.tar", NOW, quiet)


def flip(path: Path, at: int) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        flipped = bytes(byte ^ 0xFF for byte in file.read(64))
        file.seek(at)
        file.write(flipped)


def test_damaged_database_is_named_and_not_copied(database: Path, key: Path, tmp_path: Path) -> None:
    add_rows(database, *map(str, range(200)))
    flip(database, database.stat().st_size // 2 // 4096 * 4096)
    for _ in range(2):
        with pytest.raises(AppError, match="itself is damaged") as caught:
            make_backup(database, key, tmp_path / "copy.tar", NOW, quiet)
        assert str(database) in caught.value.detail
        assert names(tmp_path) == {"data"}


def test_dangling_reference_fails_the_backup(database: Path, key: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("INSERT INTO owner_sites (owner_id, site) VALUES ('nobody', 'nowhere')")
    with pytest.raises(AppError, match="owner_sites: a row refers to a row of owners that is not there"):
        make_backup(database, key, tmp_path / "copy.tar", NOW, quiet)


@pytest.mark.parametrize("damage", [lambda path: path.write_bytes(b"text " * 1000), lambda path: path.write_bytes(b"")])
def test_other_files_are_not_backed_up(
    database: Path, key: Path, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    damage(database)
    with pytest.raises(AppError, match=r"itself is damaged|not an Answerback database"):
        make_backup(database, key, tmp_path / "copy.tar", NOW, quiet)
    assert names(tmp_path) == {"data"}


def test_full_disk_leaves_no_half_backup(database: Path, tmp_path: Path) -> None:
    """In a process whose files may have 100 kB."""
    environment = clean_environment() | {"ANSWERBACK_DATA_DIR": str(database.parent)}
    command = f"ulimit -f 200; exec {sys.executable} -m answerback backup copy.tar"
    done = subprocess.run(["sh", "-c", command], env=environment, cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, f"{tmp_path} does not keep" in done.stderr, "Traceback" in done.stderr) == (1, True, False)
    assert names(tmp_path) == {"data"}


@pytest.mark.parametrize("at", [0.0, 0.5, 0.999])
def test_damaged_backup_is_not_put_back(database: Path, key: Path, tmp_path: Path, at: float) -> None:
    backup = tmp_path / "copy.tar"
    make_backup(database, key, backup, NOW, quiet)
    whole, before = backup.read_bytes(), names(database.parent)
    flip(backup, int(len(whole) * at) - (0 if at == 0 else 11_000))
    with pytest.raises(AppError, match="cannot be put back"):
        restore(backup, database, key, NOW, quiet)
    backup.write_bytes(whole[: int(len(whole) * at) - 11_000 if at else 0])
    with pytest.raises(AppError, match="cannot be put back"):
        restore(backup, database, key, NOW, quiet)
    assert names(database.parent) == before
    assert keys(database) == []


def test_restore_rebuilds_indexes(database: Path, key: Path, tmp_path: Path) -> None:
    add_rows(database, "kept")
    source = tmp_path / "replica.db"
    shutil.copy(database, source)
    lose_index_entries(source)
    restore(source, database, key, NOW, quiet)
    assert sqlite_file.findings_of(database) == []
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("SELECT id FROM webhooks WHERE site = 'kept'").fetchall() == [("lost",)]


def test_restore_puts_old_files_aside_each_time(database: Path, key: Path, tmp_path: Path) -> None:
    backup = tmp_path / "copy.tar"
    add_rows(database, "kept")
    make_backup(database, key, backup, NOW, quiet)
    for number, folder in enumerate(["before-2026-09-21T141320Z", "before-2026-09-21T141320Z-2"]):
        with closing(sqlite3.connect(database)) as killed:  # its WAL stays behind, as after kill -9
            killed.execute("PRAGMA journal_mode = WAL")
            killed.execute("INSERT INTO sites VALUES (?, 'x', 1, 1)", (f"lost-{number}",))
            killed.commit()
            left = tmp_path / f"left-{number}"
            shutil.copytree(database.parent, left)
        for path in left.glob("answerback.db*"):
            shutil.copy(path, database.parent)
        key.write_text("another" * 9, "ascii")
        done = restore(backup, database, key, NOW, quiet)
        assert done.before == database.parent / folder
        assert names(done.before) >= {"answerback.db", "answerback.db-wal", "answerback.db-shm", "secret-key"}
        assert keys(database) == ["kept"]
        assert keys(done.before / "answerback.db") == ["kept", f"lost-{number}"]
        assert key.read_text("ascii") == KEY
    assert {path for path in names(database.parent) if not path.startswith("before-")} == {database.name, key.name}


def test_bare_database_is_restored_and_keeps_the_key(database: Path, key: Path, tmp_path: Path) -> None:
    """As Litestream restores it, or as somebody has copied the files of a server."""
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("INSERT INTO sites VALUES ('in-the-wal', 'x', 1, 1)")
        connection.commit()
        shutil.copytree(database.parent, tmp_path / "copied")
    done = restore(tmp_path / "copied" / "answerback.db", tmp_path / "new" / "a.db", tmp_path / "new" / "k", NOW, quiet)
    assert (done.has_key, done.before, keys(tmp_path / "new" / "a.db")) == (False, None, ["in-the-wal"])


def test_restore_takes_only_our_databases(database: Path, key: Path, tmp_path: Path) -> None:
    other, newer = tmp_path / "other.db", tmp_path / "newer.db"
    with closing(sqlite3.connect(other)) as connection, connection:
        connection.execute("CREATE TABLE t (a)")
    shutil.copy(database, newer)
    with closing(sqlite3.connect(newer)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    sources = ((other, "not an Answerback database"), (newer, "newer Answerback"), (tmp_path / "no", "no file"))
    for source, why in sources:
        with pytest.raises(AppError, match=why):
            restore(source, database, key, NOW, quiet)
    assert names(database.parent) == {"answerback.db", "secret-key"}


def test_nothing_starts_after_an_interrupted_restore(database: Path, key: Path, tmp_path: Path) -> None:
    environment = {"ANSWERBACK_DATA_DIR": str(database.parent)}
    make_backup(database, key, tmp_path / "copy.tar", NOW, quiet)
    database.rename(sqlite_file.restored(database))
    for command in (["serve"], ["site", "list"], ["migrate"]):
        done = run_command(command, environment)
        assert (done.returncode, "restore was interrupted" in done.stderr) == (1, True)
    assert "interrupted" in run_command(["check"], environment).stdout
    assert run_command(["restore", str(tmp_path / "copy.tar")], environment).returncode == 0
    assert run_command(["site", "list"], environment).returncode == 0


def test_restore_refuses_while_a_server_runs(server_process: ServerProcess) -> None:
    server, copy = server_process, str(server_process.folder / "copy.tar")
    server.begin()
    assert server.post("Before.", ask=False).status == 201
    said = server.command("backup", copy).stderr
    assert "(comments: 1, sites: 1)" in said
    refused = subprocess.run(
        [sys.executable, "-m", "answerback", "restore", copy], env=server.environment, capture_output=True, text=True
    )
    assert (refused.returncode, "is in use: stop the server" in refused.stderr) == (1, True)
    (server.folder / "data" / "answerback.db").rename(server.folder / "away.db")  # its shared memory tells of it, too
    assert server.command("restore", copy, check=False).returncode == 1
