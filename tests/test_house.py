"""The house's rules (docs/architecture.md), held by tests: where things live, how long they get, what is not said."""

from __future__ import annotations

import ast
import functools
import io
import os
import re
import shutil
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SERVER = ROOT / "server" / "answerback"
WIDGET = ROOT / "widget" / "src"
FILE_LINES, FUNCTION_LINES, NAME_LETTERS = 400, 50, 60
# Where a statement stands outside the stores: the file as such, the example of a write.
SQL_ALLOWED = {"db/work.py", "db/sqlite_file.py"}


def committed(*endings: str) -> list[Path]:
    """Files under version control, and those that are about to be."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
    )
    paths = [ROOT / name for name in listing.stdout.decode().splitlines()]
    return [path for path in paths if path.is_file() and (not endings or path.suffix in endings)]


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def python_files(folder: Path = ROOT) -> list[Path]:
    return [path for path in committed(".py") if folder in path.parents]


def says_why(text: str) -> bool:
    """Whether the first comment gives the reason for more lines than usual."""
    return "# Longer than " in text


@functools.cache
def nodes(path: Path) -> list[ast.AST]:
    """All nodes of a file of the server, which is parsed once for all rules."""
    return list(ast.walk(ast.parse(path.read_text("utf-8"))))


def statements(node: ast.AST) -> Iterator[ast.AST]:
    """What stands in a file's or a block's own lines, however deep."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt | ast.excepthandler | ast.match_case):
            yield child
            yield from statements(child)


@functools.cache
def functions(path: Path) -> list[tuple[str, int, str]]:
    """Name, number of lines and text of each function."""
    text = path.read_text("utf-8")
    lines = text.splitlines()
    found = []
    for node in statements(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            found.append(
                (node.name, node.end_lineno - node.lineno + 1, "\n".join(lines[node.lineno - 1 : node.end_lineno]))
            )
    return found


def test_files_are_short() -> None:
    code = committed(".py", ".ts", ".mjs", ".css", ".sh")
    long = {name_of(path): len(path.read_text("utf-8").splitlines()) for path in code}
    assert {
        name: lines
        for name, lines in long.items()
        if lines >= FILE_LINES and not says_why((ROOT / name).read_text("utf-8")[:600])
    } == {}


def test_functions_are_short() -> None:
    assert [
        (name_of(path), name, lines)
        for path in python_files()
        for name, lines, text in functions(path)
        if lines >= FUNCTION_LINES and not says_why(text)
    ] == []


def test_constructors_take_few_parts() -> None:
    """At most six; one that takes more says why above it or in it."""
    many = []
    for path in python_files(SERVER):
        lines = path.read_text("utf-8").splitlines()
        for node in nodes(path):
            if isinstance(node, ast.FunctionDef) and node.name == "__init__":
                count = len(node.args.posonlyargs + node.args.args + node.args.kwonlyargs) - 1
                if count > 6 and "# More than six arguments, because " not in lines[node.lineno - 2]:
                    many.append((name_of(path), count))
    assert many == []


FIELDS_OF_LIBRARIES = {"member.size", "state.pending"}
"""Set as the library wants it: tarfile's, and markdown-it's."""


def test_parts_are_complete_when_made() -> None:
    """Nothing sets a field of an object from outside, except of records (dataclasses, classes with slots)."""
    parts: set[str] = set()
    records: set[str] = set()
    paths = python_files(SERVER)
    for path in paths:
        for node in nodes(path):
            if isinstance(node, ast.ClassDef):
                (records if is_record(node) else parts).update(fields_of(node))
    assert {"reader", "index", "version"} <= parts  # fields that are found in constructors
    wanted = parts - records
    outside = [
        (name_of(path), node.lineno, ast.unparse(node))
        for path in paths
        for node in nodes(path)
        if isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Store)
        and node.attr in wanted
        and ast.unparse(node.value) not in ("self", "cls")
        and ast.unparse(node) not in FIELDS_OF_LIBRARIES
    ]
    assert outside == []


def is_record(node: ast.ClassDef) -> bool:
    """Whether it only holds values: a dataclass, or a class with slots."""
    slots = any(isinstance(part, ast.Assign) and ast.unparse(part.targets[0]) == "__slots__" for part in node.body)
    return slots or any("dataclass" in ast.unparse(decorator) for decorator in node.decorator_list)


def fields_of(node: ast.ClassDef) -> Iterator[str]:
    """What a class declares, and what its methods set of themselves."""
    for part in ast.walk(node):
        if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name):
            yield part.target.id
        if isinstance(part, ast.Attribute) and isinstance(part.ctx, ast.Store) and ast.unparse(part.value) == "self":
            yield part.attr


def test_vague_module_names_are_refused() -> None:
    vague = {"utils", "util", "helpers", "helper", "base", "manager", "misc", "common"}
    assert [name_of(path) for path in committed() if path.stem.lower() in vague] == []


def strings(path: Path) -> Iterator[str]:
    """All strings of a file except docstrings."""
    documentation = {
        id(node.body[0].value)
        for node in nodes(path)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in nodes(path):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            yield node.value


def test_sql_is_in_stores() -> None:
    statement = re.compile(r"\b(?:SELECT\s.+|INSERT INTO\s|UPDATE\s+\w+\s+SET\s|DELETE FROM\s|CREATE TABLE\s)", re.S)
    for path in python_files(SERVER):
        inside = path.relative_to(SERVER)
        if inside.parts[0] == "migrations" or re.fullmatch(r"(?:\w+_)?(?:store|quota)\.py", path.name):
            continue
        if str(inside) in SQL_ALLOWED:
            continue
        assert [text for text in strings(path) if statement.search(text)] == [], f"SQL in {inside}"


def test_only_db_imports_databases() -> None:
    for path in python_files(SERVER):
        for node in nodes(path):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.level == 0:
                names.append(node.module or "")
            found = [name for name in names if name.partition(".")[0] == "databases"]
            assert not found or path.parent == SERVER / "db", name_of(path)


ONE_PLACE = {
    "lists and patterns in SQL": ("db/sql.py", r"""join\(f?["']:|replace\(["'][%_]["'], ["']![%_]"""),
    "names of counts": (
        "core/buckets.py", r"""["'](?:visitor|address|site|tokens|money|email|owner|taken):(?:[^ "']*\{|' \|\|)"""
    ),
    "e-mail addresses": ("core/emails.py", r"(?i)mail\b.*\.(?:lower|casefold)\(|\.(?:lower|casefold)\(\).*@"),
    "counts of votes": ("accounts/votes_store.py", r"(?s)UPDATE comments\s+SET[^\"]*\b(?:up|score) = "),
    "what is over": (
        "accounts/privacy/sweeping_store.py",
        r"(?:DELETE FROM \w+ WHERE|\",) .*\b(?:expires_at|last_at|since|day) <=? :",
    ),
}  # fmt: skip
"""Each rule, the one file that has it, and how one would look that stood elsewhere."""


@pytest.mark.parametrize("rule", ONE_PLACE)
def test_each_rule_has_one_place(rule: str) -> None:
    place, look = ONE_PLACE[rule]
    found = {str(path.relative_to(SERVER)) for path in python_files(SERVER) if re.search(look, path.read_text("utf-8"))}
    assert found == {place}


def test_each_silenced_check_says_why() -> None:
    """`fmt: skip` alone needs no reason: it keeps SQL parameters packed."""
    bare = re.compile(r"#\s*(?:noqa(?::\s*[A-Z0-9, ]+)?|type:\s*ignore(?:\[[\w, -]+\])?)\s*$", re.M)
    for path in python_files():
        text = path.read_text("utf-8")
        if not bare.search(text):
            continue
        tokens = tokenize.generate_tokens(io.StringIO(text).readline)
        assert [t.string for t in tokens if t.type == tokenize.COMMENT and bare.search(t.string)] == [], name_of(path)


def test_tests_wait_on_conditions_and_run_always() -> None:
    tests = ROOT / "tests"
    # A duration shows only that something does *not* happen, and then its line says so.
    forbidden = re.compile(
        r"(?:time|asyncio|anyio)\.sleep\((?!0\))|wait_for_timeout\(.*\)$"
        r"|pytest\.(?:mark\.)?(?:skip|xfail)|importorskip|flaky|reruns",
        re.M,
    )
    may_wait = {tests / "services.py", tests / "fakes", tests / "bench", tests / "test_house.py"}
    for path in python_files(tests):
        if not may_wait & {path, *path.parents}:
            assert forbidden.findall(path.read_text("utf-8")) == [], name_of(path)


def test_test_names_are_short() -> None:
    """A name says subject and outcome; what needs more is two tests, or goes into a docstring."""
    names = [
        name for path in python_files(ROOT / "tests") for name, _, _ in functions(path) if name.startswith("test_")
    ]
    for path in (ROOT / "widget" / "test").glob("*.ts"):
        names += re.findall(r'^\s*it(?:\.each\(.*?\))?\(\s*"([^"]+)"', path.read_text("utf-8"), re.M | re.S)
    assert len(names) > 900
    assert [name for name in names if len(name) > NAME_LETTERS] == []


def test_nothing_is_patched_in_tests() -> None:
    """Seams are passed in; a real part or a shipped fake stands behind each."""
    forbidden = re.compile(r"monkeypatch\.(?:setattr|setitem|delattr)|unittest\.mock|import mock|mocker")
    for path in python_files(ROOT / "tests"):
        if path != Path(__file__):
            assert forbidden.findall(path.read_text("utf-8")) == [], name_of(path)


def test_our_pages_have_nothing_inline() -> None:
    """A strict Content-Security-Policy is enough for them, under which a page may hold data.

    Exports and mails, which are one file each, are not ours."""
    inline = re.compile(
        r"<style|\sstyle=|\son\w+=|<script(?![^>]*\s(?:src=|type=\"application/(?:ld\+)?json\"))|javascript:", re.I
    )
    pages = [
        path
        for path in committed(".html")
        if SERVER in path.parents and path.parent.parent.name not in ("transfer", "mail")
    ]
    assert pages
    assert {name_of(path): inline.findall(path.read_text("utf-8")) for path in pages} == {name_of(p): [] for p in pages}


def lint_imports(package: Path = SERVER.parent) -> subprocess.CompletedProcess[str]:
    """import-linter, over the package in the folder given."""
    program = str(Path(sys.executable).parent / "lint-imports")
    environment = os.environ | {"PYTHONPATH": str(package)}
    return subprocess.run(
        [program, "--no-cache"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def test_imports_run_downward() -> None:
    done = lint_imports()
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("module", "added", "rule"),
    [
        ("core/events.py", "import asyncio\nimport sqlite3\nimport starlette", "The core is pure BROKEN"),
        ("comments/store.py", "from . import handlers", "Inside a room: handlers, then stories, then stores BROKEN"),
        ("comments/posting.py", "from . import handlers", "Inside a room: handlers, then stories, then stores BROKEN"),
        ("comments/store.py", "from ..answers import store", "Imports run downward only BROKEN"),
        ("misplaced.py", "", "Imports run downward only BROKEN"),
    ],
)
def test_import_rules_catch(module: str, added: str, rule: str, tmp_path: Path) -> None:
    package = tmp_path / "answerback"
    shutil.copytree(SERVER, package, ignore=shutil.ignore_patterns("__pycache__", "static", "corpus", "assets"))
    path = package / module
    path.write_text((path.read_text("utf-8") if path.exists() else '"""New."""') + f"\n{added}\n", "utf-8")
    done = lint_imports(tmp_path)
    assert done.returncode == 1
    assert rule in done.stdout


# ---- the widget


def test_the_widget_speaks_to_the_network_in_one_place() -> None:
    places = {
        path.name
        for path in WIDGET.rglob("*.ts")
        if re.search(r"(?<![#.\w])(?:fetch|XMLHttpRequest|sendBeacon)\(|new EventSource\(", path.read_text("utf-8"))
    }
    assert places <= {"api.ts", "live.ts", "index.ts"}


def test_the_widget_makes_html_in_one_function() -> None:
    html = re.compile(r"\b(?:inner|outer)HTML\b|insertAdjacentHTML|document\.write|createContextualFragment|DOMParser")
    found = {
        path.name: path.read_text("utf-8") for path in WIDGET.rglob("*.ts") if html.search(path.read_text("utf-8"))
    }
    assert set(found) == {"dom.ts"}
    hits = list(html.finditer(found["dom.ts"]))
    between = found["dom.ts"][hits[0].start() : hits[-1].end()]
    assert "\nfunction " not in between
    assert "\nexport function " not in between


# ---- the rest of the tree


def test_no_machine_of_ours_is_named() -> None:
    """Home folders, registries and mirrors are the builder's own affair."""
    own = "/(?:root|home/[a-z]+|work|opt/(?:wheels|pypi))/|registry[.]npmjs|pythonhosted[.]org|pypi[.]org/simple"
    named = {}
    for path in committed():
        if path == Path(__file__) or path.suffix in (".png", ".woff2", ".gz"):
            continue
        found = re.findall(own, path.read_text("utf-8", errors="replace"))
        if found:
            named[name_of(path)] = sorted(set(found))
    assert named == {}


def test_locks_name_no_addresses() -> None:
    locks = [path for path in committed() if path.name == "package-lock.json" or path.suffix == ".lock"]
    assert len(locks) > 5
    for path in locks:
        assert not re.search(r'"resolved"|index-url|://[^"]*\.(?:tgz|whl)', path.read_text("utf-8")), name_of(path)


def test_make_has_at_most_twelve_targets_and_lists_them() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = re.findall(r"^([a-z]+):", makefile, re.M)
    assert len(targets) <= 12
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert all(re.search(rf"^  make {target}\s+\S", listed, re.M) for target in targets)
    assert set(re.findall(r"^\.PHONY: (.*)$", makefile, re.M)[0].split()) == set(targets)


def test_no_code_asks_for_a_language() -> None:
    """What differs by language stands in its file of texts and in `core/languages`."""
    asking = re.compile(
        # Any tag; English stands in for all others, so that its own may be named, but not asked for.
        r"""["'`/^](?:ko|ja|zh|kr|jp|cn)(?:[-_][A-Za-z]+)?["'`\\/$|)]"""
        r"""|(?:[!=]=|\bin\b|\bis\b|starts_?with\()\s*\(?["'`]en\b|["'`]en["'`]\s*[!=]=""",
        re.IGNORECASE,
    )
    bad = ('lang == "ko"', "lang.startswith('ko-KR')", r"/^ko\b/i.test(lang)", 'lang !== "en"', 'lang in ("en", "fr")')
    assert all(map(asking.search, bad))
    letters = re.compile("[\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u3400-\u9fff\uac00-\ud7a3]")
    of_languages = [SERVER / "core" / "languages", SERVER / "i18n", SERVER / "red_team"]
    for path in committed(".py", ".html", ".ts", ".mjs"):
        inside = (SERVER in path.parents or WIDGET in path.parents) and not any(
            room in path.parents for room in of_languages
        )
        if inside:
            text = path.read_text("utf-8")
            assert asking.findall(text) == [], name_of(path)
            assert letters.findall(text) == [], name_of(path)
