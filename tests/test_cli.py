"""The commands: data on stdout, words on stderr, exit 0, 1 or 2 (docs/operating.md)."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from answerback.ids import RandomIds
from answerback.migrations import HEAD
from answerback.settings import read_env_file

from tests.commands import clean_environment, run_command
from tests.fakes.github_server import GitHub
from tests.processes import ServerProcess
from tests.services import free_port, migrated_sqlite

Done = subprocess.CompletedProcess[str]
Run = Callable[..., Done]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cli")


@pytest.fixture(scope="module")
def run(folder: Path) -> Run:
    """Runs a command on a database of the module's, which has a site `blog` already."""

    def command(*arguments: str, code: int = 0, stdin: str = "", **settings: str) -> Done:
        done = run_command(arguments, {"ANSWERBACK_DATA_DIR": str(folder / "data")} | settings, stdin)
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr
        return done

    added = command("site", "add", "blog", "--origin", "https://blog.example", "--name", "A blog")
    assert added.stdout == '<script src="http://localhost:8000/answerback.js" data-site="blog" async></script>\n'
    assert "Paste this" in added.stderr
    return command


@pytest.fixture(scope="module")
def spawn(folder: Path, run: Run) -> Run:
    """As `run`, in a process of its own: what starts servers, and how a process is left."""

    def command(*arguments: str, code: int = 0, stdin: str = "", **settings: str) -> Done:
        environment = clean_environment() | {"ANSWERBACK_DATA_DIR": str(folder / "data")} | settings
        done = subprocess.run(
            [sys.executable, "-m", "answerback", *arguments], env=environment, cwd=folder,
            input=stdin, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr
        return done

    return command


def test_reader_who_has_enough_ends_an_export(run: Run, folder: Path) -> None:
    lines = (f'{{"page": "/long/", "body": "{"x" * 900}", "id": "long-{number}"}}' for number in range(300))
    file = folder / "long.jsonl"
    file.write_text("\n".join(lines), "utf-8")
    run("import", "blog", str(file))
    environment = clean_environment() | {"ANSWERBACK_DATA_DIR": str(folder / "data")}
    command = [sys.executable, "-m", "answerback", "export", "blog", "--format", "csv"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as export:
        assert export.stdout is not None and export.stderr is not None
        assert export.stdout.readline()
        export.stdout.close()
        assert export.stderr.read() == b""
        assert export.wait(60) == 1


def test_a_command_is_a_process(spawn: Run) -> None:
    """What the other tests leave out: the entry point, the environment, the streams, the exit code."""
    assert spawn("site", "list").stdout == "blog\thttps://blog.example\tA blog\n"
    done = spawn("owner", "add", "spawned@example.com", "--password-stdin", "--json", stdin="a long enough one\n")
    assert json.loads(done.stdout)["sign_in"] is None
    assert "spawned@example.com has: all sites" in done.stderr
    assert "ANSWERBACK_TYPO" in spawn("site", "list", code=1, ANSWERBACK_TYPO="x").stderr
    assert "usage:" in spawn("nonsense", code=2).stderr
    assert "UTF-8" in spawn("site", "show", os.fsdecode(b"\xff"), code=2).stderr


def test_no_id_looks_like_an_option() -> None:
    ids = RandomIds()
    assert not [id for id in (ids.new() for _ in range(2_000)) if id.startswith("-")]


def test_migrate_says_the_revision(run: Run) -> None:
    done = run("migrate")
    assert (done.stdout, "revision" in done.stderr) == ("", True)


def test_check_says_a_line_of_each_part(run: Run) -> None:
    lines = run("check").stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["ok"] * len(lines)
    parts = {line["part"]: line["state"] for line in json.loads(run("check", "--json").stdout)}
    assert {"settings", "database", "provider", "mail"} <= set(parts)
    assert "redis" not in parts
    assert "redis        cannot" in run("check", code=1, ANSWERBACK_REDIS_URL="redis://127.0.0.1:1").stdout
    broken = run("check", "--json", code=1, ANSWERBACK_PROVIDER="openai")
    assert {line["part"]: line["state"] for line in json.loads(broken.stdout)}["provider"] == "error"


def test_wrong_folder_stays_as_it_is(tmp_path: Path) -> None:
    """Commands that only look, or that need what is not there, leave no new key and no empty database behind."""
    environment = {"ANSWERBACK_DATA_DIR": str(tmp_path / "wrong")}
    done = run_command(["check"], environment)
    assert (done.returncode, "database     " + str(tmp_path / "wrong") in done.stdout) == (0, True)
    for command in ("site list", "site show blog", "owner list", "answers status", "export blog", "backup copy.tar"):
        done = run_command(command.split(), environment)
        assert (done.returncode, "There is no database" in done.stderr) == (1, True), command
    assert list(tmp_path.iterdir()) == []


def test_settings_come_from_env_file(tmp_path: Path) -> None:
    file = tmp_path / "env"
    file.write_text(
        "# Settings\n"
        f"ANSWERBACK_DATA_DIR={tmp_path}/data\n"
        "ANSWERBACK_MAIL_FROM=Harbour bakery <post@harbour.example>\n"
        "ANSWERBACK_SMTP_URL='smtp://post:a%23b$c ${d}@127.0.0.1:1' # private\n"
        "PATH=/nowhere\n",
        "utf-8",
    )
    assert run_command(["--env-file", str(file), "site", "add", "blog", "--origin", "https://blog.example"], {})
    assert run_command(["site", "list", "--env-file", str(file)], {}).stdout == "blog\thttps://blog.example\t\n"
    said = run_command(["check", "--env-file", str(file)], {})
    assert (said.returncode, "mail server at 127.0.0.1" in said.stdout) == (1, True), "the sender is no error"
    assert read_env_file(file)["ANSWERBACK_MAIL_FROM"] == "Harbour bakery <post@harbour.example>"
    assert read_env_file(file)["ANSWERBACK_SMTP_URL"] == "smtp://post:a%23b$c ${d}@127.0.0.1:1"
    over = {"ANSWERBACK_MAIL_FROM": "nobody"}
    assert "ANSWERBACK_MAIL_FROM must be an address" in run_command(["check", "--env-file", str(file)], over).stdout
    for text, why in (("ANSWERBACK_TYPO=x", "unknown setting"), ("ANSWERBACK MODEL=x", "line 1 is"), (None, "read")):
        file.unlink() if text is None else file.write_text(text, "utf-8")
        done = run_command(["check", "--env-file", str(file)], {})
        assert (done.returncode, why in done.stderr) == (1, True), done.stderr


def test_sites_are_added_listed_shown_and_changed(run: Run) -> None:
    assert "already" in run("site", "add", "blog", "--origin", "https://x.example", code=1).stderr
    assert "not an origin" in run("site", "add", "bad", "--origin", "blog.example", code=1).stderr
    assert run("site", "list").stdout == "blog\thttps://blog.example\tA blog\n"
    assert json.loads(run("site", "list", "--json").stdout)[0]["key"] == "blog"
    done = run("site", "set", "blog", "daily_answers=0", "origins=https://blog.example,https://www.blog.example")
    assert (done.stdout, "daily_answers" in done.stderr) == ("", True)
    shown = json.loads(run("site", "show", "blog", "--json").stdout)
    assert (shown["daily_answers"], shown["timezone"]) == ("0", "UTC")
    assert "daily_answers=0\n" in run("site", "show", "blog").stdout
    assert "no site" in run("site", "show", "nowhere", code=1).stderr
    assert "Unknown site setting" in run("site", "set", "blog", "nothing=1", code=1).stderr
    assert "NAME=VALUE" in run("site", "set", "blog", "nothing", code=2).stderr
    run("site", "set", "blog", "origins=https://blog.example")


def test_a_page_has_a_rule_of_its_own(run: Run) -> None:
    assert run("site", "page", "blog", "/a").stdout == "default\n"
    done = run("site", "page", "blog", "/a", "--ai", "drafts")
    assert (done.stdout, "/a/: drafts" in done.stderr) == ("", True)
    assert run("site", "page", "blog", "/a").stdout == "drafts\n"
    assert run("site", "page", "blog", "/b").stdout == "default\n"
    assert "as on the whole site" in run("site", "page", "blog", "/a", "--ai", "default").stderr
    assert run("site", "page", "blog", "/a").stdout == "default\n"
    assert "invalid choice" in run("site", "page", "blog", "/a", "--ai", "sometimes", code=2).stderr
    assert "500 characters" in run("site", "page", "blog", "/" * 501, code=2).stderr
    assert "Unknown site" in run("site", "page", "nowhere", "/a", code=1).stderr


def test_owners_get_a_link_or_a_password(run: Run) -> None:
    link = run("owner", "add", "one@example.com", "--site", "blog")
    assert link.stdout.startswith("http://localhost:8000/admin/")
    assert "Sign in once" in link.stderr
    assert run("owner", "add", "two@example.com", "--password-stdin", stdin="a long enough one\n").stdout == ""
    assert run("owner", "add", "two@example.com", "--password-stdin", stdin="short\n", code=1).stdout == ""
    assert run("owner", "add", "two@example.com", "--password-stdin", stdin="nul\0nul nul\n", code=1).stdout == ""
    assert run("owner", "add", "nobody", code=1).stdout == ""
    assert run("owner", "add", "x@example.com", "--site", "nowhere", code=1).stdout == ""


def test_second_factors_of_an_owner_are_reset(run: Run) -> None:
    run("owner", "add", "mina@example.com")
    assert "by password or link alone" in run("owner", "reset-2fa", "Mina@Example.com").stderr
    assert "no owner" in run("owner", "reset-2fa", "nobody@example.com", code=1).stderr


def test_owner_has_the_named_sites_only(run: Run) -> None:
    email = "three@example.com"
    added = json.loads(run("owner", "add", email, "--site", "blog", "--json").stdout)
    assert (added["email"], added["sites"], "/admin/sign-in/" in added["sign_in"]) == (email, ["blog"], True)
    assert f"{email} has: blog." in run("owner", "add", email).stderr  # another link, and no more rights than before
    assert f"{email}\tblog\n" in run("owner", "list").stdout
    assert "has: all sites" in run("owner", "add", email, "--all-sites").stderr
    assert {"email": email, "sites": None} in json.loads(run("owner", "list", "--json").stdout)
    assert "has all sites" in run("owner", "remove", email, "--site", "blog", code=1).stderr
    assert "is gone" in run("owner", "remove", email).stderr
    assert "no owner" in run("owner", "remove", email, code=1).stderr
    assert "not allowed" in run("owner", "add", email, "--all-sites", "--site", "blog", code=2).stderr


def test_output_is_available_as_json(run: Run) -> None:
    def data(*arguments: str) -> dict[str, object]:
        found: dict[str, object] = json.loads(run(*arguments, "--json").stdout)
        return found

    added = data("site", "add", "news", "--origin", "https://news.example")
    assert (added["key"], 'data-site="news"' in str(added["snippet"])) == ("news", True)
    assert data("site", "page", "news", "/a", "--ai", "off") == {"page": "/a/", "ai": "off"}
    assert len(str(data("site", "sso", "news")["secret"])) == 43
    assert data("site", "sso", "news", "--off") == {"site": "news", "secret": None}
    assert data("answers", "status") == {"answers": "on"}


def test_answers_are_switched_off_and_on(run: Run) -> None:
    assert run("answers", "status").stdout == "on\n"
    done = run("answers", "off")
    assert (done.stdout, "Answers are off" in done.stderr) == ("", True)
    assert run("answers", "status").stdout == "off\n"
    assert "again" in run("answers", "on").stderr
    assert run("answers", "status").stdout == "on\n"
    assert "usage:" in run("answers", "maybe", code=2).stderr


def test_comments_leave_and_come_in(run: Run, tmp_path: Path) -> None:
    comment = {"id": "comment-one", "body": "Hello there", "author": {"name": "Mina"}}
    file = tmp_path / "in.json"
    file.write_text(json.dumps({"answerback": 1, "threads": [{"page": "/a", "comments": [comment]}]}), "utf-8")
    first = run("import", "blog", str(file), "--from", "answerback", "--json")
    assert json.loads(first.stdout) == {
        "format": "answerback", "dry_run": False, "added": 1, "present": 0, "skipped": 0, "placeholders": 0, "pages": 1,
        "left_out": {}, "mended": {"no_date": 1},
    }  # fmt: skip
    assert "Imported 1 comment on 1 page from a file of answerback; 0 were there already." in first.stderr
    assert run("import", "blog", str(file), "--from", "answerback").stdout == ""
    assert json.loads(run("export", "blog").stdout)["threads"][0]["comments"][0]["body"] == "Hello there"
    assert run("export", "blog", "--format", "csv").stdout.startswith("\ufeffpage,url,")  # the mark is for Excel
    page = tmp_path / "out.html"
    assert run("export", "blog", "--format", "html", "--output", str(page)).stdout == ""
    assert "Hello there" in page.read_text("utf-8")
    assert "cannot be written" in run("export", "blog", "--output", str(tmp_path / "no" / "where"), code=1).stderr
    assert "Unknown site" in run("export", "nowhere", code=1).stderr
    assert "cannot be read" in run("import", "blog", str(tmp_path / "x"), "--from", "disqus", code=1).stderr
    assert "usage:" in run("import", "blog", str(file), "--from", "nothing", code=2).stderr
    assert (
        "no Disqus export; it looks like --from answerback"
        in run("import", "blog", str(file), "--from", "disqus", code=1).stderr
    )


def test_an_import_is_tried_and_pages_are_mapped(run: Run, tmp_path: Path) -> None:
    file, moved = Path(__file__).parent / "transfer" / "cases" / "dq-deleted-parent.xml", tmp_path / "moved.csv"
    moved.write_text("https://blog.example/*,/old/*\n", "utf-8")
    run("site", "add", "moved", "--origin", "https://blog.example")
    tried = run("import", "moved", str(file), "--map", str(moved), "--dry-run")
    assert "Would import 4 comments on 1 page from a file of disqus" in tried.stderr
    assert "Left out 1: 1 deleted; 1 keeps its place above replies." in tried.stderr
    assert json.loads(run("export", "moved").stdout)["threads"] == []
    done = run("import", "moved", str(file), "--map", str(moved), "--json")
    assert json.loads(done.stdout)["left_out"] == {"deleted": 1}
    assert [thread["page"] for thread in json.loads(run("export", "moved").stdout)["threads"]] == ["/old/bread.html"]
    moved.write_text("nonsense\n", "utf-8")
    assert "line 1: must be old,new" in run("import", "moved", str(file), "--map", str(moved), code=1).stderr


def test_a_repository_is_imported_with_a_token(run: Run) -> None:
    with GitHub("token-1").serving() as github:
        github.fill(topics=2, comments=3, replies=1)
        home = "https://github.com/o/r"
        settings = {"ANSWERBACK_GITHUB_API_URL": github.url, "GITHUB_TOKEN": "token-1"}
        run("site", "add", "git", "--origin", "https://blog.example")
        assert "requires --from giscus" in run("import", "git", home, code=2, **settings).stderr
        done = run("import", "git", home, "--from", "giscus", **settings)
        assert "Imported 4 comments on 1 page from a file of giscus" in done.stderr
        assert "Imported 3 comments" in run("import", "git", home, "--from", "utterances", **settings).stderr
        refused = run("import", "git", home, "--from", "giscus", code=1, **settings | {"GITHUB_TOKEN": "wrong"})
        assert "refuses the token" in refused.stderr


def test_a_backup_is_put_back(run: Run, folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy.tar"
    done = run("backup", str(target))
    assert (done.stdout, f"to {target} (comments: " in done.stderr) == ("", True)
    assert "already exists" in run("backup", str(target), code=1).stderr
    run("site", "add", "later", "--origin", "https://later.example")
    done = run("restore", str(target))
    assert (done.stdout, f"is in {folder}/data/before-" in done.stderr) == ("", True)
    assert "later" not in run("site", "list").stdout
    kept = "ANSWERBACK_SECRET_KEY is set"
    assert kept in run("backup", str(tmp_path / "no-key.tar"), ANSWERBACK_SECRET_KEY="k" * 40).stderr
    assert "no key in it" in run("restore", str(tmp_path / "no-key.tar")).stderr
    away = "postgresql://answerback@127.0.0.1:1/answerback"
    assert "use pg_dump" in run("backup", str(tmp_path / "pg.tar"), code=1, ANSWERBACK_DATABASE_URL=away).stderr
    assert "use pg_restore" in run("restore", str(target), code=1, ANSWERBACK_DATABASE_URL=away).stderr


def test_wrong_use_and_wrong_settings(run: Run) -> None:
    assert "usage:" in run(code=2).stderr
    assert "usage:" in run("site", code=2).stderr
    assert "usage:" in run("nonsense", code=2).stderr
    assert "ANSWERBACK_TYPO" in run("site", "list", code=1, ANSWERBACK_TYPO="x").stderr
    away = "postgresql://answerback:canary@127.0.0.1:1/answerback"
    for command in (("migrate",), ("site", "list"), ("check",)):
        done = run(*command, code=1, ANSWERBACK_DATABASE_URL=away)
        assert "cannot be reached" in done.stderr + done.stdout
        assert "canary" not in done.stderr + done.stdout
    assert run("--help").stdout.startswith("usage: answerback")


@pytest.mark.parametrize(
    "origin",
    ["https://*.example.com", "https://a b.example", "https://-a.example", "https://a..example", "https://xn--.example",
     "https://a.example:99999", "https://user@a.example", "https://a.example/blog"],
)  # fmt: skip
def test_impossible_origins_are_refused(run: Run, origin: str) -> None:
    assert "origins: " in run("site", "add", "never", "--origin", origin, code=1).stderr
    assert "no site" in run("site", "show", "never", code=1).stderr


def test_unusable_values_are_said_in_a_line(run: Run, tmp_path: Path) -> None:
    for number in ("99999", "-1", "x"):
        assert "whole number" in run("serve", "--port", number, code=2).stderr
    assert "whole number" in run("serve", "--workers", "0", code=2).stderr
    assert "is a folder" in run("export", "blog", "--output", ".", code=1).stderr
    assert "one line" in run("site", "set", "blog", "name=a\nb", code=1).stderr
    assert "empty or one of" in run("site", "set", "blog", "lang=xx", code=1).stderr
    assert "UTF-8" in run("site", "show", os.fsdecode(b"\xff"), code=2).stderr
    away = "postgresql://answerback@127.0.0.1:1/answerback"
    assert "cannot be reached" in run("serve", code=1, ANSWERBACK_DATABASE_URL=away).stderr
    no_database = tmp_path / "text"
    no_database.write_text("no database, but a text that is long enough to be looked at by SQLite" * 3, "utf-8")
    said = run("check", code=1, ANSWERBACK_DATABASE_URL=f"sqlite:///{no_database}").stdout
    assert f"error    database     The database at {no_database} cannot be used or migrated (file is not" in said


def test_a_database_of_a_newer_version_is_left_alone(run: Run, tmp_path: Path) -> None:
    """Whoever has gone back to an older version by mistake is told so, and nothing is changed."""
    file = tmp_path / "newer.db"
    shutil.copy(migrated_sqlite(), file)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    newer = {"ANSWERBACK_DATABASE_URL": f"sqlite:///{file}"}
    for command in (("serve",), ("migrate",)):
        assert "newer Answerback" in run(*command, code=1, **newer).stderr
    assert "newer Answerback" in run("check", code=1, **newer).stdout


def test_database_unlike_its_revision_is_not_served(run: Run, tmp_path: Path) -> None:
    """A number alone does not tell: what is missing is named, and what to do."""
    file = tmp_path / "short.db"
    shutil.copy(migrated_sqlite(), file)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("ALTER TABLE sessions DROP COLUMN agent")
    short = {"ANSWERBACK_DATABASE_URL": f"sqlite:///{file}"}
    said = f"The schema says {HEAD}, but sessions.agent is missing. Go back to a backup (docs/operating.md, "
    for command in (("serve",), ("migrate",), ("site", "list")):
        assert said in run(*command, code=1, **short).stderr
    assert said in run("check", code=1, **short).stdout


def test_a_port_that_is_taken_is_said_in_a_line(spawn: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for command in (
            ("serve", "--port", port),
            ("serve", "--port", port, "--workers", "2"),
            ("demo", "--port", str(free_port()), "--site-port", port),
        ):
            said = spawn(*command, code=1, ANSWERBACK_REDIS_URL="redis://127.0.0.1:1").stderr
            assert "ddress already in use" in said and "Answerback on" not in said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_ends_streams_then_the_server(server_process: ServerProcess, number: signal.Signals) -> None:
    server = server_process
    with urllib.request.urlopen(f"{server.url}/api/events/?site=demo&page={server.page}", timeout=20) as stream:
        assert stream.readline() == b"retry: 2000\n"
        server.process.send_signal(number)
        assert stream.read().endswith(b"\n")  # to its end, which is none of a connection that broke
    assert server.process.wait(20) == 0
