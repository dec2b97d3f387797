"""Backups and checks that the server makes by itself, and who hears when they fail."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from tests.fakes.smtp_server import MailServer
from tests.http.test_corrections import sign_in
from tests.http.test_metrics import figures
from tests.services import Server, Site, wait_until

HOUR, DAY = 3_600, 86_400
OWNER = "everything@example.com"


@pytest.fixture
def post() -> Iterator[MailServer]:
    with MailServer.start() as server:
        yield server


@pytest.fixture
def server(tmp_path: Path, post: MailServer) -> Iterator[Server]:
    with Site.start() as site, Server.start(tmp_path, site, **post.settings()) as running:
        yield running


@pytest.fixture
def server_of_owner(server: Server) -> Server:
    """The server, with an owner of all sites."""
    server.command("owner", "add", OWNER)
    return server


def owners_page(server: Server, lang: str = "en") -> str:
    """What the owner reads, who has been away for so long that they sign in anew."""
    with sign_in(server, OWNER) as owner:
        owner.client.headers["Accept-Language"] = lang
        return owner.read("/admin/").text


def later_backup(server: Server, than: float) -> bool:
    return figures(server)["answerback_last_backup_timestamp_seconds"] > than


def test_planned_backups_are_made_kept_and_missed(server_of_owner: Server, post: MailServer, tmp_path: Path) -> None:
    server, folder = server_of_owner, tmp_path / "backups"
    folder.mkdir()

    def made() -> list[str]:
        return sorted(path.name for path in folder.glob("*.tar"))

    server.command("backup", "--every", "24h", "--keep", "2", "--to", str(folder))
    server.clock.advance(seconds=6 * 60)
    wait_until(lambda: len(made()) == 1)
    first = made()
    wait_until(lambda: figures(server).get("answerback_last_backup_timestamp_seconds"))
    server.clock.advance(seconds=HOUR)
    (folder / "answerback-2026-11-01T000000Z.tar.unfinished").touch()  # of a server that was killed
    for _ in range(2):
        before = figures(server)["answerback_last_backup_timestamp_seconds"]
        server.clock.advance(seconds=DAY)
        wait_until(partial(later_backup, server, before))
    assert len(made()) == 2
    assert first[0] not in made()
    assert not list(folder.glob("*.unfinished"))
    assert "Last backup: just now." in owners_page(server)

    shutil.rmtree(folder)
    server.clock.advance(seconds=DAY + HOUR)
    wait_until(lambda: figures(server)["answerback_last_backup_ok"] == 0)
    assert "Last backup: 1 day ago." in owners_page(server)
    assert f"There is no folder {folder}" in post.next_to(OWNER, about="needs attention").part("plain")
    folder.mkdir()
    server.clock.advance(seconds=HOUR + 6 * 60)
    wait_until(lambda: figures(server)["answerback_last_backup_ok"] == 1)
    server.command("backup", "--every", "off")
    server.clock.advance(seconds=2 * DAY)


def test_damage_is_found_within_a_week_and_told(server_of_owner: Server, post: MailServer) -> None:
    server = server_of_owner
    wait_until(lambda: figures(server).get("answerback_last_integrity_ok") == 1)
    with closing(sqlite3.connect(server.database_url.removeprefix("sqlite:///"), timeout=10)) as damaged, damaged:
        damaged.execute("INSERT INTO owner_sites (owner_id, site) VALUES ('nobody', 'nowhere')")
    server.clock.advance(seconds=7 * DAY + HOUR)
    mail = post.next_to(OWNER, about="needs attention")
    assert "The database is damaged (owner_sites: a row refers to a row of" in mail.part("plain")
    assert "The database is damaged" in owners_page(server)
    assert "데이터베이스가 손상됐어요" in owners_page(server, "ko")
    server.change(lang="ko")
    server.clock.advance(seconds=DAY + HOUR)
    mail = post.next_to(OWNER, about="댓글 서버를 확인해 주세요")
    assert "데이터베이스가 손상됐어요" in mail.part("plain")
    assert figures(server)["answerback_last_integrity_ok"] == 0
    with sign_in(server, "one@example.com", "demo") as of_a_site:
        page = of_a_site.read("/admin/").text
        assert "damaged" not in page and "Database:" not in page


def test_metrics_live_without_the_database(server: Server) -> None:
    assert figures(server)["answerback_database_up"] == 1
    data = server.folder / "data"
    file = data / "answerback.db"
    file.rename(data / "away.db")
    with closing(sqlite3.connect(data / "away.db", timeout=10)) as other:
        other.execute("ALTER TABLE answers RENAME TO gone")
    found = figures(server)
    assert (found["answerback_database_up"], found["answerback_memory_bytes"] > 0) == (0, True)
    assert server.call("GET", "/readyz").status == 503
