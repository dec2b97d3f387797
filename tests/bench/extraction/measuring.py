"""F1 of words: how much of a page's text is found, and how much of what is found is its text."""

from __future__ import annotations

import importlib
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from answerback.knowledge.extract.html import extract

from .contents import words
from .pages import Page

Extract = Callable[[bytes], str]
OPPONENTS = ("trafilatura==2.3.1", "readability-lxml==0.9", "resiliparse==2.0.0")


@dataclass(slots=True)
class Figures:
    """How one extractor has done: F1 and milliseconds of CPU time of each page."""

    f1: dict[str, float] = field(default_factory=dict)
    milliseconds: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        """Of all pages."""
        return statistics.median(self.f1.values())

    @property
    def worst(self) -> float:
        """The page that is read worst."""
        return min(self.f1.values())


def ours(html: bytes) -> str:
    """The product's own extraction."""
    return extract(html, "text/html; charset=utf-8").text


def f1(wanted: Sequence[str], found: Sequence[str]) -> float:
    """The harmonic mean of precision and recall of words, each as often as it stands there."""
    shared = sum((Counter(wanted) & Counter(found)).values())
    return 2 * shared / (len(wanted) + len(found)) if shared else 0.0


def measure(extractor: Extract, pages: Sequence[Page]) -> Figures:
    """Read all pages."""
    figures = Figures()
    extractor(pages[0].html)  # what is loaded with the first page
    for page in pages:
        begun = time.process_time()
        found = extractor(page.html)
        figures.milliseconds.append(1_000 * (time.process_time() - begun))
        figures.f1[page.name] = f1(page.words, words(found))
    return figures


def opponents(folder: Path) -> Mapping[str, Extract]:
    """Other extractors that are installed in a folder."""
    sys.path.append(str(folder))
    found: dict[str, Extract] = {}
    for name, make in (
        ("trafilatura", _trafilatura),
        ("readability-lxml", _readability),
        ("resiliparse", _resiliparse),
    ):
        try:
            found[name] = make()
        except ImportError as error:
            print(f"{name} is left out: {error}", file=sys.stderr)
    return found


def _trafilatura() -> Extract:
    module: Any = importlib.import_module("trafilatura")
    return lambda html: module.extract(html, include_comments=False, include_tables=True, favor_recall=True) or ""


def _readability() -> Extract:
    module: Any = importlib.import_module("readability")
    lxml_html: Any = importlib.import_module("lxml.html")

    def read(html: bytes) -> str:
        document = module.Document(html.decode())
        return f"{document.short_title()} {' '.join(lxml_html.fromstring(document.summary()).itertext())}"

    return read


def _resiliparse() -> Extract:
    module: Any = importlib.import_module("resiliparse.extract.html2text")
    return lambda html: str(module.extract_plain_text(html.decode(), main_content=True, alt_texts=False))
