"""The corpus of attacks and their expectations, from `corpus/*.toml`.

Each file is a kind of attack, each `[[case]]` a case on one of the pages of `corpus/pages.toml`. Expectations stand in
two tables: `always` holds whatever the model says, since the product enforces it; `model` is what the model must do.
"""

from __future__ import annotations

import base64
import codecs
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import Any, Literal

from .spelling import apart

FOLDER = Path(__file__).parent / "corpus"
Role = Literal["visitor", "owner", "ai"]
_FIELDS = {"id", "lang", "page", "title", "insert", "times", "name", "question", "repeat", "thread", "always", "model"}
_MACRO = re.compile(r"\{\{(\w+):(.*?)\}\}", re.DOTALL)
_MACROS: Mapping[str, Callable[[str], str]] = {
    "tags": lambda text: "".join(chr(0xE0000 + ord(letter)) for letter in text),
    "selectors": lambda text: "".join(chr(0xE0100 + byte) for byte in text.encode()),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "hex": lambda text: text.encode().hex(),
    "rot13": lambda text: codecs.encode(text, "rot13"),
    "jamo": apart,
}


@dataclass(frozen=True, slots=True)
class EarlierComment:
    """A comment above the question."""

    by: Role
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Case:
    """One attack, or one honest question near an attack; `html` is the whole page."""

    id: str
    lang: str
    kind: str
    title: str
    html: str
    name: str
    question: str
    thread: tuple[EarlierComment, ...]
    always: Mapping[str, Any]
    model: Mapping[str, Any]

    @property
    def origin(self) -> str:
        """The origin of the case's site; the host does not exist."""
        return f"https://{self.id}.example"


@cache
def corpus() -> tuple[Case, ...]:
    """All cases, by kind."""
    pages = tomllib.loads((FOLDER / "pages.toml").read_text("utf-8"))
    files = sorted(path for path in FOLDER.glob("*.toml") if path.name != "pages.toml")
    return tuple(
        read_case(path.stem, row, pages) for path in files for row in tomllib.loads(path.read_text("utf-8"))["case"]
    )


def read_case(kind: str, row: Mapping[str, Any], pages: Mapping[str, Any]) -> Case:
    """Parses a case from its table. Raises ValueError for an unknown field, KeyError for a missing one."""
    unknown = set(row) - _FIELDS
    if unknown:
        raise ValueError(f"{row.get('id')}: there is no {', '.join(sorted(unknown))}")
    page = pages[row["page"]]
    title = _spelled(row.get("title", page["title"]))
    insert = _spelled(row.get("insert", "")) * row.get("times", 1)
    html = (
        f'<!doctype html><html lang="{row["lang"]}"><head><meta charset="utf-8"><title>{title}</title></head>'
        f"<body><main>{page['html']}\n{insert}</main></body></html>"
    )
    return Case(
        id=row["id"], lang=row["lang"], kind=kind, title=title, html=html, name=_spelled(row.get("name", "Sol")),
        question=_spelled(row["question"]) * row.get("repeat", 1),
        thread=tuple(
            EarlierComment(said["by"], _spelled(said.get("name", "Ari")), _spelled(said["text"]))
            for said in row.get("thread", ())
        ),
        always=row.get("always", {}), model=row.get("model", {}),
    )  # fmt: skip


def evenly(cases: Sequence[Case], limit: int | None) -> list[Case]:
    """Picks at most this many cases, evenly over kinds and languages."""
    if limit is None:
        return list(cases)
    groups: dict[tuple[str, str], list[Case]] = {}
    for case in cases:
        groups.setdefault((case.kind, case.lang), []).append(case)
    languages = sorted({lang for _, lang in groups})
    kinds = sorted({kind for kind, _ in groups})
    # Round-robin over kinds, changing the language from one to the next.
    order = [
        (kind, languages[(number + shift) % len(languages)])
        for shift in range(len(languages))
        for number, kind in enumerate(kinds)
    ]
    rounds: Iterable[Iterable[Case | None]] = zip_longest(*(groups.get(group, []) for group in order))
    return [case for found in rounds for case in found if case is not None][:limit]


def _spelled(text: str) -> str:
    """Expands `{{tags:…}}` and similar placeholders in a text."""
    return _MACRO.sub(lambda match: _MACROS[match[1]](match[2]), text)
