"""`site alias` and `site set NAME+=`: addresses of a site's pages, on the command line."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from answerback.sites.aliases_store import suggest

from tests.commands import run_command
from tests.services import write_to

Done = subprocess.CompletedProcess[str]
Run = Callable[..., Done]
LINES = (
    '[{"body": "Before", "page": "/old"}, {"body": "After", "page": "/new"}, {"body": "Then", "page": "/2020/oven"}]'
)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs a command on a database of the test's own, with a site `blog`."""

    def command(*arguments: str, code: int = 0, stdin: str = "") -> Done:
        done = run_command(arguments, {"ANSWERBACK_DATA_DIR": str(tmp_path / "data")}, stdin)
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr
        return done

    command("site", "add", "blog", "--origin", "https://blog.example")
    return command


def aliases(run: Run, *options: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(run("site", "alias", "blog", "--json", *options).stdout)
    return found


def test_a_file_of_aliases_joins_threads(run: Run, tmp_path: Path) -> None:
    (tmp_path / "said.json").write_text(LINES, "utf-8")
    run("import", "blog", str(tmp_path / "said.json"), "--from", "json")
    moved = tmp_path / "moved.csv"
    moved.write_text("/old,/new\nhttps://blog.example/2020/*,/archive/2020/*\n", "utf-8")
    done = run("site", "alias", "blog", "--file", str(moved), "--json")
    assert json.loads(done.stdout) == {
        "aliases": 2, "moved": {"/old/": "/new/", "/2020/oven/": "/archive/2020/oven/"},
    }  # fmt: skip
    assert done.stderr.endswith("2 aliases of blog; threads moved: 2.\n")
    assert aliases(run) == [{"old": "/2020/*", "new": "/archive/2020/*"}, {"old": "/old/", "new": "/new/"}]
    assert run("site", "alias", "blog").stdout == "/2020/*\t/archive/2020/*\n/old/\t/new/\n"
    pages = {thread["page"] for thread in json.loads(run("export", "blog").stdout)["threads"]}
    assert pages == {"/new/", "/archive/2020/oven/"}


@pytest.mark.parametrize(
    ("content", "says"),
    [("", "has no lines old,new"), ("/old\n", "old,new"), ("/a,/b\n/b,/a\n", "/b"), ("/old,/old/index.html\n", "/old")],
)
def test_a_bad_file_changes_nothing(content: str, says: str, run: Run, tmp_path: Path) -> None:
    moved = tmp_path / "moved.csv"
    moved.write_text(content, "utf-8")
    assert says in run("site", "alias", "blog", "--file", str(moved), code=1).stderr
    assert aliases(run) == []


def test_a_missing_file_is_named(run: Run, tmp_path: Path) -> None:
    assert "nowhere.csv" in run("site", "alias", "blog", "--file", str(tmp_path / "nowhere.csv"), code=1).stderr


def test_a_removed_alias_ends(run: Run) -> None:
    run("site", "alias", "blog", "/old", "/new")
    done = run("site", "alias", "blog", "--remove", "https://blog.example/old/index.html", "--json")
    assert (json.loads(done.stdout), done.stderr) == ({"old": "/old/"}, "/old/ is no alias any more.\n")
    assert aliases(run) == []
    assert "/old/ is no alias on blog." in run("site", "alias", "blog", "--remove", "/old", code=1).stderr


def test_suggestions_are_listed_and_dismissed(run: Run, tmp_path: Path) -> None:
    (tmp_path / "said.json").write_text(LINES, "utf-8")
    run("import", "blog", str(tmp_path / "said.json"), "--from", "json")
    url = f"sqlite:///{tmp_path}/data/answerback.db"
    for number, (old, new) in enumerate({"/old/": "/new/", "/2020/oven/": "/oven/"}.items()):
        write_to(url, partial(suggest, "blog", old, new, "redirect", number))
    shown = [
        {"old": "/2020/oven/", "new": "/oven/", "reason": "redirect"},
        {"old": "/old/", "new": "/new/", "reason": "redirect"},
    ]
    assert aliases(run, "--suggested") == shown
    assert run("site", "alias", "blog", "--dismiss", "/old").stderr == "/old/ will not be suggested again.\n"
    assert run("site", "alias", "blog", "--suggested").stdout == "/2020/oven/\t/oven/\tredirect\n"
    assert "not suggested" in run("site", "alias", "blog", "--dismiss", "/old", code=1).stderr
    run("site", "alias", "blog", "/2020/oven", "/oven")
    assert aliases(run, "--suggested") == []


@pytest.mark.parametrize(
    "arguments",
    [("/old",), ("/old", "/new", "--suggested"), ("/old", "/new", "--remove", "/x"), ("--file", "a", "--suggested")],
)
def test_only_one_thing_at_a_time(arguments: tuple[str, ...], run: Run) -> None:
    run("site", "alias", "blog", *arguments, code=2)
    assert aliases(run) == []


def test_origins_are_added_to_those_there_are(run: Run) -> None:
    run("site", "set", "blog", "origins+=https://www.blog.example", "blocked_words+=pills", "name=Blog")
    run("site", "set", "blog", "origins+=https://WWW.blog.example:443", "blocked_words+=casino, pills")
    shown = json.loads(run("site", "show", "blog", "--json").stdout)
    assert shown["origins"] == "https://blog.example,https://www.blog.example"
    assert (shown["blocked_words"], shown["name"]) == ("pills,casino", "Blog")


@pytest.mark.parametrize(
    ("change", "says"),
    [("origins+=blog.example", "not an origin"), ("lang+=ko", "is no list"), ("nothing+=x", "Unknown site setting")],
)
def test_what_cannot_be_added_changes_nothing(change: str, says: str, run: Run) -> None:
    assert says in run("site", "set", "blog", "name=Blog", change, code=1).stderr
    assert json.loads(run("site", "show", "blog", "--json").stdout)["name"] == ""
