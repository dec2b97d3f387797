"""Sites like real ones, pages of HTML as they come, with questions as visitors ask them.

A folder of `sites` is a site. Its `questions.txt` says what is asked:

    @ page.html                                   the page that the following are asked on
    ? table | What does it weigh? => 9.4 kg       answered on this page
    > howto | How do I return it? => 30 days      answered on another page of the site
    ! money | Is there a discount for twins?      answered nowhere

The first word is the question's kind. `a | b` are alternatives, `a + b` must both be in a quote; `before >> question`
is asked after another question.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from answerback.core.grounding.passages import Passage, split
from answerback.knowledge.extract.html import extract

SITES = Path(__file__).parent / "sites"
TUNING = frozenset(["bike-shop", "blog-ko", "courier-docs", "gov-ko", "library-ja", "two-spoons"])
"""Weights and thresholds may be chosen on these; the other half only reports."""
Place = Literal["own", "elsewhere", "nowhere"]
_PLACES: dict[str, Place] = {"?": "own", ">": "elsewhere", "!": "nowhere"}


@dataclass(frozen=True, slots=True)
class SiteQuestion:
    """A question on a page, what its kind is, where its answer stands, and what an answer holds."""

    text: str
    before: str
    kind: str
    place: Place
    answers: tuple[tuple[str, ...], ...]
    page: str


@dataclass(frozen=True, slots=True)
class Site:
    """A site's pages by name, each as its passages, and what is asked on them."""

    name: str
    pages: dict[str, tuple[Passage, ...]]
    questions: tuple[SiteQuestion, ...]


def read_sites(folder: Path = SITES) -> list[Site]:
    """The sites below a folder."""
    return [_site(path.parent) for path in sorted(folder.glob("*/questions.txt"))]


def _site(folder: Path) -> Site:
    pages = {}
    for path in sorted(folder.glob("*.html")):
        content = extract(path.read_bytes(), "text/html; charset=utf-8")
        url = f"https://{folder.name}.example/{path.stem}"
        pages[path.name] = tuple(split(content.blocks, url=url, title=content.title))
    questions, page = [], ""
    for line in filter(None, (folder / "questions.txt").read_text(encoding="utf-8").splitlines()):
        mark, rest = line.split(" ", 1)
        if mark == "@":
            page = rest
            continue
        kind, asked = rest.split(" | ", 1)
        text, _, told = asked.partition(" => ")
        before, _, text = text.rpartition(" >> ")
        answers = tuple(tuple(part.split(" + ")) for part in told.split(" | ") if part)
        questions.append(SiteQuestion(text, before, kind, _PLACES[mark], answers, page))
    return Site(folder.name, pages, tuple(questions))
