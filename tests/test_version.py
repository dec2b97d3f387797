"""No two packages that differ have the same version, and another wheel puts other code in place."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest
from answerback.version import version as running
from package_version import PACKAGED, ROOT, release, version

CHANGELOG = "# Changelog\n\n## Unreleased\n\n- One thing.\n- Another thing,\n  at length.\n"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """The project with next to nothing in it."""
    tree = tmp_path / "project"
    (tree / "server" / "answerback" / "static").mkdir(parents=True)
    (tree / "demo_site").mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE", "server/package_version.py"):
        shutil.copy(ROOT / name, tree / name)
    (tree / "CHANGELOG.md").write_text(CHANGELOG)
    (tree / "server" / "answerback" / "__init__.py").write_text("ANSWER = 1\n")
    (tree / "server" / "answerback" / "static" / "thread.js").write_text("1")
    (tree / "demo_site" / "bread.html").write_text("<p>Bread.</p>")
    return tree


@pytest.mark.parametrize(
    "changed", ["server/answerback/__init__.py", "server/answerback/static/thread.js", "demo_site/bread.html",
                "pyproject.toml", "README.md", "LICENSE", "server/answerback/new.py"],
)  # fmt: skip
def test_changed_package_has_another_version(tree: Path, changed: str) -> None:
    before = version(tree)
    assert any(changed.startswith(place) for place in PACKAGED)
    with (tree / changed).open("a") as file:
        file.write("\n")
    assert version(tree) != before


def test_renamed_and_removed_files_change_the_version(tree: Path) -> None:
    page = tree / "demo_site" / "bread.html"
    versions = [version(tree)]
    page.rename(page.with_name("rolls.html"))
    versions.append(version(tree))
    page.with_name("rolls.html").unlink()
    versions.append(version(tree))
    assert len(set(versions)) == 3


def test_what_is_not_in_the_package_leaves_the_version(tree: Path) -> None:
    before = version(tree)
    (tree / "server" / "answerback" / "__pycache__").mkdir()
    (tree / "server" / "answerback" / "__pycache__" / "x.pyc").write_bytes(b"x")
    (tree / "tests").mkdir()
    (tree / "tests" / "test_x.py").write_text("x")
    assert version(tree) == before


def test_release_has_its_number_and_no_other_package_has(tree: Path) -> None:
    assert re.fullmatch(r"0\.2\.0\.dev2\+sha[0-9a-f]{12}", version(tree))
    release(tree, "0.2.0", "2026-12-24")
    assert version(tree) == "0.2.0"
    assert (tree / "CHANGELOG.md").read_text().startswith("# Changelog\n\n## Unreleased\n\n## 0.2.0 – 2026-12-24 <!--")
    (tree / "server" / "answerback" / "__init__.py").write_text("ANSWER = 2\n")
    assert re.fullmatch(r"0\.3\.0\.dev0\+sha[0-9a-f]{12}", version(tree))
    changelog = (tree / "CHANGELOG.md").read_text()
    (tree / "CHANGELOG.md").write_text(changelog.replace("## Unreleased\n", "## Unreleased\n\n- A third thing.\n"))
    assert version(tree).startswith("0.3.0.dev1+")


def test_installing_another_wheel_replaces_the_code(tree: Path, tmp_path: Path) -> None:
    """Also one of the same number of changes, built without git, and one built from an sdist."""
    venv.create(tmp_path / "venv", with_pip=False, symlinks=True)
    python = str(tmp_path / "venv" / "bin" / "python")
    pip = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index"]
    look = "import answerback; from importlib.metadata import version; print(answerback.ANSWER, version('answerback'))"

    def build(kind: str, folder: Path) -> Path:
        out = tmp_path / f"{kind}-{version(folder)}"
        command = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(out)]
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=60)
        [path] = out.iterdir()
        return path

    for answer in (1, 2):
        (tree / "server" / "answerback" / "__init__.py").write_text(f"ANSWER = {answer}\n")
        source = tree
        if answer == 2:
            shutil.unpack_archive(build("sdist", tree), tmp_path / "unpacked", filter="data")
            [source] = (tmp_path / "unpacked").iterdir()
            (source / "PKG-INFO").unlink()  # it counts by itself, also where nothing tells it
        subprocess.run([*pip, str(build("wheel", source))], check=True, timeout=60)
        found = subprocess.run([python, "-c", look], capture_output=True, text=True, check=True, timeout=60)
        assert found.stdout == f"{answer} {version(tree)}\n"


def test_running_version_is_a_version() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+(?:\.dev\d+\+sha[0-9a-f]{12})?", running())


def test_packages_for_others_have_one_version() -> None:
    folder = ROOT / "widget" / "packages"
    written = [
        folder / "wordpress" / "answerback.php",
        folder / "mkdocs" / "pyproject.toml",
        *folder.glob("*/package.json"),
    ]
    text = "".join(path.read_text("utf-8") for path in written)
    versions = re.findall(r'(?:^version = "|^ \* Version: |"version": "|"@answerback/widget": ")([\d.]+)', text, re.M)
    assert len(versions) == 9 and len(set(versions)) == 1, versions
