"""The documentation says what the code has: settings, commands, calls, errors, events."""

from __future__ import annotations

import argparse
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, get_args

import httpx2
import pytest
from answerback import cli
from answerback.app.build import build_app
from answerback.app.dispatch import App
from answerback.app.openapi import openapi
from answerback.app.schemas import SCHEMAS
from answerback.core.events import EventName
from answerback.settings import SETTINGS, load_settings
from answerback.sites.settings import SITE_SETTINGS

from tests import generated

DOCS = Path(__file__).parents[1] / "docs"
OPERATING = (DOCS / "operating.md").read_text("utf-8")
API = (DOCS / "api.md").read_text("utf-8")
METHODS = ("get", "post", "put", "patch", "delete")


def row(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |"


def tidy(table: str) -> str:
    return re.sub(r"\|\s+\|", "| |", table)


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_each_setting_has_its_row(setting: Any) -> None:
    default = f"`{setting.default}`" if setting.default else ""
    assert tidy(row(f"`{setting.name}`", default, setting.help)) in tidy(OPERATING)


@pytest.mark.parametrize("setting", SITE_SETTINGS, ids=lambda setting: setting.name)
def test_each_setting_of_a_site_has_its_row(setting: Any) -> None:
    default = f"`{setting.default}`" if setting.default else ""
    assert tidy(row(f"`{setting.name}`", default, setting.help)) in tidy(OPERATING)


def test_api_md_has_each_call_object_and_code() -> None:
    assert generated.document(API) == API, "run python -m tests.generated"


@pytest.mark.parametrize("path", generated.made(), ids=lambda path: path.name)
def test_made_files_are_up_to_date(path: Path) -> None:
    assert path.read_text("utf-8") == generated.made()[path], "run python -m tests.generated"


def test_page_events_are_those_of_the_bus() -> None:
    assert list(SCHEMAS["PageEvents"]["properties"]) == list(get_args(EventName))


def commands(parser: argparse.ArgumentParser, words: tuple[str, ...] = ()) -> Iterator[tuple[str, list[str]]]:
    """Each command with its options, and what may be chosen."""
    below = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    for action in below:
        for name, child in action.choices.items():
            yield from commands(child, (*words, name))
    if not below:
        options = [option for action in parser._actions for option in action.option_strings if option.startswith("--")]
        choices = ["\\|".join(action.choices) for action in parser._actions if action.choices]
        yield " ".join(words), [option for option in options if option not in ("--help", "--env-file")] + choices


@pytest.mark.parametrize(("command", "options"), list(commands(cli.parser())), ids=lambda value: str(value))
def test_each_command_is_described_with_its_options(command: str, options: list[str]) -> None:
    found = re.search(rf"^\| `answerback {re.escape(command)}(?=[ `])([^`]*)`", OPERATING, re.M)
    assert found, f"answerback {command} is not in docs/operating.md"
    assert [option for option in options if option not in found[1]] == []


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[App]:
    app = build_app(load_settings({"ANSWERBACK_DATA_DIR": str(tmp_path)}, dotenv=None))
    async with app.routes.router.lifespan_context(app.routes):
        yield app


@pytest.mark.anyio
async def test_the_specification_lists_each_call_and_no_other(app: App) -> None:
    """A method that is not listed is answered by 405, one that is by anything else (here: the site is missing)."""
    described = openapi()["paths"]
    paths = {getattr(route, "path", "").rstrip("/") + "/" for route in app.routes.routes}
    assert {path for path in paths if path.startswith("/api/")} - {"/api/openapi.json/"} == set(described)
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost:8000") as client:
        for path, operations in described.items():
            for method in METHODS:
                reply = await client.request(method, path.replace("{id}", "x"), headers={"X-Answerback": "1"})
                assert (reply.status_code != 405) == (method in operations), f"{method} {path}: {reply.text}"


def test_documents_are_indexed_and_links_resolve() -> None:
    index = (DOCS / "README.md").read_text("utf-8")
    for path in DOCS.rglob("*.md"):
        if path.name != "README.md":
            assert f"({path.relative_to(DOCS)})" in index, path.name
    for path in [*DOCS.rglob("*.md"), DOCS.parent / "README.md"]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text("utf-8")):
            assert (path.parent / target).exists(), f"{path.name}: {target}"


def test_each_fault_is_linked_to_its_test() -> None:
    table = OPERATING.partition("| fault | visitors see |")[2].partition("\n\n")[0].splitlines()[2:]
    assert len(table) > 10
    for row in table:
        found = re.fullmatch(r"\|(?:[^|]+\|){4} \[(test_\w+)\]\(\.\./(tests/[\w/]+\.py)\) \|", row)
        assert found, row
        assert f"def {found[1]}(" in (DOCS.parent / found[2]).read_text("utf-8"), row


def test_decisions_are_short() -> None:
    decisions = sorted((DOCS / "decisions").glob("*.md"))
    assert decisions
    assert [path.name for path in decisions if len(path.read_text("utf-8").splitlines()) > 20] == []
    assert [path.name for path in decisions if not re.fullmatch(r"\d{3}-[a-z0-9-]+\.md", path.name)] == []


def test_the_changelog_has_a_place_for_what_is_coming() -> None:
    assert "\n## Unreleased\n" in (DOCS.parent / "CHANGELOG.md").read_text("utf-8")


def test_the_guide_to_embedding_names_what_the_widget_has() -> None:
    """Parts, custom properties, attributes, events and calls; and nothing that is not there."""
    guide = (DOCS / "embedding.md").read_text("utf-8")
    widget = DOCS.parent / "widget" / "src"
    code = "\n".join(path.read_text("utf-8") for folder in (widget,) for path in sorted(folder.rglob("*.ts")))
    styles = "\n".join(path.read_text("utf-8") for path in widget.rglob("*.css"))
    parts = {part for text in re.findall(r'\bpart: "([^"]+)"', code) for part in text.split()}
    (forms,) = re.findall(r"^export type Form = (.+);$", code, re.M)  # parts of the buttons that open them
    parts |= set(re.findall(r'"(\w+)"', forms))
    assert parts == set(re.findall(r"`([a-z-]+)`", guide.partition("text-transform")[2].partition("\n## ")[0]))
    properties = set(re.findall(r"var\((--answerback-[a-z-]+)", styles))
    assert properties == set(re.findall(r"`(--answerback-[a-z-]+)`", guide))
    events = re.search(r"EVENTS = \{([^}]+)\}", code)
    assert events
    assert set(re.findall(r'"(answerback:[a-z]+)"', events[1])) == set(re.findall(r"`(answerback:[a-z]+)`", guide))
    names = re.search(r"OPTION_NAMES = \[([^\]]+)\]", code)
    assert names
    attributes = {
        re.sub(r"[A-Z]", lambda letter: f"-{letter[0].lower()}", name) for name in re.findall(r"\w+", names[1])
    }
    assert attributes == set(re.findall(r"^\| `data-([\w-]+)`", guide, re.M))
    surface = re.search(r"const surface: Answerback = \{([^}]+)\}", code)
    assert surface
    assert set(re.findall(r"\w+", surface[1])) == set(re.findall(r"^\| `(\w+)\(", guide, re.M))


def test_ten_changes_name_files_that_exist() -> None:
    """At most six each, and ten for a column; a new one stands in a folder that exists."""
    text = (DOCS / "architecture.md").read_text("utf-8")
    table = text.partition("### Ten changes")[2].partition("\n## ")[0]
    changes = [line.strip("| ").split(" | ", 1) for line in table.splitlines() if line.startswith("| ")][1:]
    package = DOCS.parent / "server" / "answerback"
    assert len(changes) == 10
    for change, files in changes:
        named = re.findall(r"`([^`]+)`( \(new)?", files)
        assert 1 < len(named) <= (10 if change.startswith("a column") else 6), change
        for path, new in named:
            place = package / path
            assert (place.parent.is_dir() and not place.exists()) if new else place.is_file(), path


def test_recipes_for_sites_are_those_that_tests_build() -> None:
    """Each of these blocks stands in the sources of a site that the browser tests build and walk through."""
    guide = (DOCS / "embedding.md").read_text("utf-8").partition("## Recipes")[2].partition("\n## ")[0]
    folder = DOCS.parent / "tests" / "browser" / "generators"
    suffixes = (".js", ".html", ".astro", ".svelte", ".yml")
    sources = [path for path in folder.rglob("*") if path.suffix in suffixes]
    built = "\n".join(path.read_text("utf-8") for path in sources if "node_modules" not in path.parts)
    blocks = re.findall(r"```\w+\n(.*?)```", guide, re.S)
    assert len(blocks) > 10
    assert [block for block in blocks if block.rstrip() not in built] == []
