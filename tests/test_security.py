"""docs/security.md: each threat and each requirement has its row, and each test that is named exists."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs/security.md").read_text("utf-8")
REQUIRED = (ROOT / "tests/asvs_levels_1_and_2.txt").read_text("utf-8").split()
"""The ids of OWASP ASVS 5.0.0 at levels 1 and 2."""
THREATS = 32


def rows(heading: str) -> list[list[str]]:
    """The cells of the table under a heading."""
    table = TEXT.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in table.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[1:]]


def test_each_named_test_exists() -> None:
    named = re.findall(r"`([\w/]+)::(\w+)`", TEXT)
    assert len(named) > 100
    missing = [
        f"{file}::{name}"
        for file, name in named
        if not (path := ROOT / "tests" / f"{file}.py").is_file()
        or not re.search(rf"^(async )?def {name}\(", path.read_text("utf-8"), re.M)
    ]
    assert missing == []


def test_each_threat_has_its_row() -> None:
    promises = rows("Promises")
    assert [cells[0] for cells in promises] == [str(number) for number in range(1, THREATS + 1)]
    assert [cells[0] for cells in promises if "::" not in cells[3]] == []


def test_each_requirement_has_its_row() -> None:
    requirements = rows("ASVS 5.0, levels 1 and 2")
    ids = [id for cells in requirements for id in cells[0].split(", ")]
    assert sorted(ids) == sorted(REQUIRED)
    assert {cells[1] for cells in requirements} == {"yes", "no", "gap"}
