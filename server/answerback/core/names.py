"""Display names: their visible form, and whether they imitate someone else's."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from .comments import NAME_LIMIT, clean_line
from .invisible import visible
from .languages import words

_BLANK = re.compile("[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0]")
"""Characters that Unicode counts as letters or signs, and that show nothing."""


_IN_BRACKETS = re.compile(r"[\[({<（【「『〈《［]([^\])}>）】」』〉》］]+)")


_SELECTED = re.compile("([\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff][\U000e0100-\U000e01ef])")
"""An ideograph with the selector of the look that it has in a name."""


def without_blanks(text: str) -> str:
    """The text without invisible characters."""
    return _BLANK.sub("", text)


def clean_name(text: str) -> str:
    """A name on one line, without invisible characters, within the length limit."""
    return clean_line(without_blanks(_seen(text)))[:NAME_LIMIT].strip()


def _seen(text: str) -> str:
    parts = _SELECTED.split(text)
    return "".join(part if at % 2 else visible(part) for at, part in enumerate(parts))


def shows_something(text: str) -> bool:
    """Whether any character is visible: not only spaces, lone combining marks and fillers."""
    return any(unicodedata.category(character)[0] not in "CMZ" for character in without_blanks(text))


def imitates(name: str, owner: str) -> bool:
    """Whether a name claims to be the owner or the AI, by their names or role words, also in confusable letters (UTS
    #39 skeletons; https://www.unicode.org/reports/tr39/)."""
    if any(_skeleton(claim) in _reserved() for claim in _IN_BRACKETS.findall(name)):
        return True
    rest = _skeleton(name)
    if not rest or unicodedata.normalize("NFKC", name).strip().casefold() == "ai":
        return bool(rest)
    for reserved in _reserved():
        rest = rest.replace(reserved, "") if rest != reserved else ""
    return rest in ("", _skeleton(owner))


def _skeleton(text: str) -> str:
    """The UTS #39 skeleton, letters and digits only."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", without_blanks(text)).casefold())
    plain = "".join(_alike().get(letter, letter) for letter in folded if letter.isalnum() or letter in _alike())
    return unicodedata.normalize("NFC", plain)


@cache
def _alike() -> dict[str, str]:
    data = json.loads(files(__package__).joinpath("look_alikes.json").read_text("utf-8"))
    found = {look: letter for letter, looks in data["like"].items() for look in looks}
    return found | {"1": "l", "i": "l", "|": "l", "0": "o"}


@cache
def _reserved() -> tuple[str, ...]:
    """Reserved words, longest first, so that none leaves part of another."""
    return tuple(sorted({_skeleton(word) for word in words("reserved_names")}, key=len, reverse=True))


def bearers(comments: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """The names of a thread, as the API shows it, each with the id of who goes by it."""
    for comment in comments:
        yield comment["author"]["name"], comment["author"]["id"]
        yield from bearers(comment["replies"])


def marks(people: Iterable[tuple[str, str]]) -> Callable[[str, str], str]:
    """What stands behind a name that several go by, for one of them: the end of the id, as in the widget."""
    ids: dict[str, set[str]] = {}
    for name, id in people:
        if id:
            ids.setdefault(name, set()).add(id)
    return lambda name, id: f"#{id[-4:]}" if id and len(ids.get(name, ())) > 1 else ""
