"""Loads questions from a file, or derives them from the site."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urljoin

from ..core.comments import QUESTION_LIMIT
from ..core.languages import language_of
from ..db.database import Database
from ..errors import BadRequest
from ..i18n.catalogue import texts
from ..sites.settings import Site
from . import store

__all__ = ["Question", "questions_of", "read_questions"]

OF_PAGES, OF_VISITORS = 20, 20
"""Questions of each kind if none are given."""
NOWHERE = "-"
"""Marks a question that the site does not answer."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question, the address of the page it is asked on, and the expected answer, if known."""

    text: str
    url: str
    answerable: bool | None = None
    """Whether the site answers it; None if unknown."""
    expected: tuple[str, ...] = ()
    """The answer must contain one of these words."""


def read_questions(text: str, site: Site) -> list[Question]:
    """Parses an owner's questions, one a line: `[page] question [=> words | other words]`, or `=> -` if the site does
    not cover it. Raises BadRequest."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        asked, arrow, words = (part.strip() for part in line.partition("=>"))
        page, _, rest = asked.partition(" ")
        named = page.startswith(("/", "http://", "https://"))
        question = rest.strip() if named else asked
        expected = tuple(filter(None, (word.strip() for word in words.split("|"))))
        if not question or len(question) > QUESTION_LIMIT or (arrow and not expected):
            raise BadRequest("validation_failed", f"line {number} must be [page] question [=> words | other words]")
        nowhere = expected == (NOWHERE,)
        found.append(
            Question(question, urljoin(site.origins[0], page if named else "/"),
                     (not nowhere) if arrow else None, () if nowhere else expected)
        )  # fmt: skip
    return found


async def questions_of(site: Site, db: Database) -> list[Question]:
    """A site's questions: visitors' newest, some made from its own headings, and some that hardly any site answers."""
    asked = await db.read(lambda: store.asked_lately(site.key, OF_VISITORS))
    sections = _spread(await db.read(lambda: store.sections(site.key)), OF_PAGES)
    if not sections:
        raise BadRequest("validation_failed", f"{site.key} has not been crawled; or name a file of questions.")
    home = urljoin(site.origins[0], "/")
    lang = language_of(" ".join(heading for _, heading in sections))
    t = texts(lang, "answers")
    elsewhere = t["elsewhere"].split(" | ")
    return [
        *(Question(text, url) for url, text in asked),
        *(Question(_as_question(heading), url, answerable=True) for url, heading in sections),
        *(Question(text, home, answerable=False) for text in elsewhere),
    ]


def _as_question(heading: str) -> str:
    last = heading.rpartition(" › ")[2].strip()
    return last if last.endswith(("?", "？")) else f"{last}?"


def _spread(found: Sequence[tuple[str, str]], most: int) -> list[tuple[str, str]]:
    """Picks at most `most` sections, spread over as many pages as possible."""
    by_page: dict[str, list[tuple[str, str]]] = {}
    for url, heading in found:
        by_page.setdefault(url, []).append((url, heading))
    chosen: list[tuple[str, str]] = []
    depth = 0
    while len(chosen) < most and any(len(sections) > depth for sections in by_page.values()):
        chosen += [sections[depth] for sections in by_page.values() if len(sections) > depth]
        depth += 1
    step = max(1.0, len(chosen) / most)
    return [chosen[int(place * step)] for place in range(min(most, len(chosen)))]
