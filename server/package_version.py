"""The version of the package: a number from the changelog where it is that release letter by letter, else one to come.

Hatch asks for it when it builds (pyproject.toml), in a clone as in an sdist, without git. A release is a heading of
CHANGELOG.md with the number, the day, and a digest of what is in the package:

    ## 0.2.0 – 2026-12-24 <!-- sha256:5e0f… -->

Any other content is a version on the way to the next number, with a digest of its own, so that no two packages that
differ have the same version, and `pip install` of another wheel always puts other code in place of the old one.

    make release VERSION=0.2.0      writes that heading
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[1]
UNRELEASED = "## Unreleased\n"
PACKAGED = ("pyproject.toml", "README.md", "LICENSE", "server/answerback", "demo_site")
"""What gets into the wheel; the changelog does not."""
_RELEASE = re.compile(r"^## (\d+)\.(\d+)\.(\d+) .*?(?:<!-- sha256:(\w+) -->)?$", re.M)


def version(root: Path = ROOT) -> str:
    """The version of what is in this folder."""
    changelog = (root / "CHANGELOG.md").read_text("utf-8")
    content = digest(root)
    release = _RELEASE.search(changelog)
    # Packages from before the first heading of a release are all called 0.1.0.
    major, minor, patch, released = release.groups() if release else ("0", "1", "0", None)
    if content == released:
        return f"{major}.{minor}.{patch}"
    entries = len(re.findall(r"^- ", changelog[: release.start() if release else None], re.M))
    return f"{major}.{int(minor) + 1}.0.dev{entries}+sha{content}"


def digest(root: Path) -> str:
    """Of the names and contents of everything that gets into the wheel."""
    total = hashlib.sha256()
    for name, path in sorted(packaged(root)):
        total.update(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return total.hexdigest()[:12]


def packaged(root: Path) -> Iterator[tuple[str, Path]]:
    """Names and paths of what gets into the wheel."""
    for place in PACKAGED:
        for path in [root / place, *(root / place).rglob("*")]:
            if path.is_file() and "__pycache__" not in path.parts:
                yield path.relative_to(root).as_posix(), path


def release(root: Path, number: str, day: str) -> None:
    """Write the heading of a release into the changelog, above what has come with it."""
    changelog = root / "CHANGELOG.md"
    heading = f"{UNRELEASED}\n## {number} – {day} <!-- sha256:{digest(root)} -->\n"
    changelog.write_text(changelog.read_text("utf-8").replace(UNRELEASED, heading, 1), "utf-8")


if __name__ == "__main__":
    if not re.fullmatch(r"\d+\.\d+\.\d+", "".join(sys.argv[1:])):
        sys.exit("usage: make release VERSION=1.2.3")
    release(ROOT, sys.argv[1], f"{datetime.now(UTC):%Y-%m-%d}")
