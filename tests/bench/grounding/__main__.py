"""Print the figures of docs/grounding.md for our own set, or for the sets at the paths given."""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
from pathlib import Path

from answerback.knowledge.index.embedders import Embedder
from answerback.knowledge.index.local_embedder import LocalEmbedder

from .measuring import Figures, measure
from .sets import OWN, read
from .site_figures import SiteFigures, Tally, measure_sites
from .sites import SITES, TUNING, Site, read_sites

COLUMNS = (
    "set",
    "pages",
    "questions",
    "budget",
    "elsewhere",
    "first",
    "three",
    "refused",
    "wrongly",
    "other page",
    "choosing",
    "quoting",
)


def row(name: str, pages: int, figures: Figures) -> tuple[str, ...]:
    """A line of the table."""
    asked = figures.answerable
    return (
        name,
        str(pages),
        f"{asked}+{figures.unanswerable}",
        _share(figures.budget, asked),
        _share(figures.elsewhere, figures.elsewhere_asked),
        _share(figures.first, asked),
        _share(figures.three, asked),
        _share(figures.refused_rightly, figures.unanswerable),
        _share(figures.refused_wrongly, asked),
        _share(figures.cross_refused, figures.cross_asked),
        f"{1000 * statistics.mean(figures.choosing or [0.0]):.1f} ms",
        f"{1000 * statistics.mean(figures.quoting or [0.0]):.1f} ms",
    )


SITE_COLUMNS = ("sites", "asked on", "questions", "budget", "first", "three", "no quotes", "quotes that help")
PLACES = {"own": "the page", "elsewhere": "another page", "nowhere": "no answer"}


def site_rows(name: str, figures: SiteFigures) -> list[tuple[str, ...]]:
    """Lines of the table of sites: ours, then plain BM25's; then ours by kind of question."""
    listed = [(name, PLACES[place], figures.places[place]) for place in PLACES if place in figures.places]
    listed += [(f"{name}, BM25", PLACES[place], figures.plain[place]) for place in PLACES if place in figures.plain]
    listed += [(name, kind, tally) for kind, tally in sorted(figures.kinds.items())]
    return [(one, other, *_shares(tally)) for one, other, tally in listed]


def _shares(tally: Tally) -> tuple[str, ...]:
    return (
        str(tally.asked),
        _share(tally.budget, tally.asked),
        _share(tally.first, tally.asked),
        _share(tally.three, tally.asked),
        _share(tally.silent, tally.asked),
        _share(tally.helping, tally.shown),
    )


def print_sites(sites: list[Site], missed: str | None, embedder: Embedder | None) -> None:
    """Measure the sites that were tuned on and the others, and print the tables."""
    print("\n| " + " | ".join(SITE_COLUMNS) + " |\n|" + "---|" * len(SITE_COLUMNS))
    for name, chosen in (("tuned on", True), ("reported", False)):
        figures = asyncio.run(measure_sites([site for site in sites if (site.name in TUNING) is chosen], embedder))
        for line in site_rows(name, figures) if figures.places else ():
            print("| " + " | ".join(line) + " |", flush=True)
        for what, question, quotes in figures.missed if chosen else ():
            if what == missed:
                print(f"  {question.before} {question.text}\n    wanted {question.answers}", file=sys.stderr)
                for quote in quotes:
                    print(f"    > {quote.quote}", file=sys.stderr)


def _share(count: int, of: int) -> str:
    return f"{100 * count / of:.1f} %" if of else "-"


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.grounding", description=__doc__)
    parser.add_argument("paths", type=Path, nargs="*", default=[OWN], help="folders of pages, or SQuAD-format JSON")
    parser.add_argument("--paragraphs", type=int, default=0, help="cut articles into pages of so many paragraphs")
    parser.add_argument("--limit", type=int, default=0, help="so many questions of each set at most, evenly spread")
    parser.add_argument("--missed", metavar="WHAT", help="also print what missed: budget, elsewhere, first or three")
    parser.add_argument("--sites", type=Path, default=SITES, help="folder of sites with questions (sites.py)")
    parser.add_argument("--cross", action="store_true", help="also ask each page what another page was asked")
    parser.add_argument("--embedding", choices=["local"], help="also by meaning (answerback[local])")
    options = parser.parse_args()
    embedder = LocalEmbedder(patience=60.0) if options.embedding else None
    sets = [found for path in options.paths for found in read(path, options.paragraphs)]
    if not sets:
        print("No pages there.", file=sys.stderr)
        return 1
    if options.paths == [OWN]:
        print_sites(read_sites(options.sites), options.missed, embedder)
    print("\n| " + " | ".join(COLUMNS) + " |\n|" + "---|" * len(COLUMNS))
    for questions in sets:
        figures = asyncio.run(measure(questions, limit=options.limit, cross=options.cross, embedder=embedder))
        print("| " + " | ".join(row(questions.name, len(questions.pages), figures)) + " |", flush=True)
        for what, question, quotes in figures.missed:
            if what == options.missed:
                print(f"  {question.text}\n    wanted {question.answers[:2]}", file=sys.stderr)
                for quote in quotes:
                    print(f"    > {quote.quote}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
