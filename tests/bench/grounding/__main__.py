"""Print the figures of docs/grounding.md for our own set, or for the sets at the paths given."""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
from pathlib import Path

from .measuring import Figures, measure
from .sets import OWN, read

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
        f"{1000 * statistics.mean(figures.choosing or [0.0]):.1f} ms",
        f"{1000 * statistics.mean(figures.quoting or [0.0]):.1f} ms",
    )


def _share(count: int, of: int) -> str:
    return f"{100 * count / of:.1f} %" if of else "-"


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.grounding", description=__doc__)
    parser.add_argument("paths", type=Path, nargs="*", default=[OWN], help="folders of pages, or SQuAD-format JSON")
    parser.add_argument("--paragraphs", type=int, default=0, help="cut articles into pages of so many paragraphs")
    parser.add_argument("--limit", type=int, default=0, help="so many questions of each set at most, evenly spread")
    parser.add_argument("--missed", metavar="WHAT", help="also print what missed: budget, elsewhere, first or three")
    options = parser.parse_args()
    sets = [found for path in options.paths for found in read(path, options.paragraphs)]
    if not sets:
        print("No pages there.", file=sys.stderr)
        return 1
    print("| " + " | ".join(COLUMNS) + " |\n|" + "---|" * len(COLUMNS))
    for questions in sets:
        figures = asyncio.run(measure(questions, limit=options.limit))
        print("| " + " | ".join(row(questions.name, len(questions.pages), figures)) + " |", flush=True)
        for what, question, quotes in figures.missed:
            if what == options.missed:
                print(f"  {question.text}\n    wanted {question.answers[:2]}", file=sys.stderr)
                for quote in quotes:
                    print(f"    > {quote.quote}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
