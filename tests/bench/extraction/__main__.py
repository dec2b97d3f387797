"""Print how well text is told from frame on sixty pages, by us and by others that can be installed."""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
from pathlib import Path

from .measuring import OPPONENTS, Figures, measure, opponents, ours
from .pages import pages

FOLDER = Path(__file__).parents[3] / ".bench" / "extractors"


def install() -> None:
    """Put the other extractors into a folder of their own, each as far as it can be had."""
    for package in OPPONENTS:
        name = package.partition("==")[0]
        if not (FOLDER / name.replace("-lxml", "")).exists():
            command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(FOLDER), package]
            if subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode:
                print(f"{package} cannot be installed here", file=sys.stderr)


def row(name: str, figures: Figures) -> str:
    """A line of the table."""
    cells = (
        name, f"{figures.median:.3f}", f"{figures.worst:.3f}",
        f"{sum(value >= 0.95 for value in figures.f1.values())} of {len(figures.f1)}",
        f"{statistics.median(figures.milliseconds):.1f} ms", f"{max(figures.milliseconds):.1f} ms",
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.extraction", description=__doc__)
    parser.add_argument("--below", type=float, metavar="F1", help="also print our pages below this figure")
    parser.add_argument("--show", metavar="NAME", help="print what is read of the page of this name, and do no more")
    options = parser.parse_args()
    found = list(pages())
    if options.show:
        print(next(ours(page.html) for page in found if page.name == options.show))
        return 0
    install()
    print(f"{len(found)} pages\n\n| extractor | F1, median | worst | ≥ 0.95 | time, median | slowest |")
    print("|---|---|---|---|---|---|")
    own = measure(ours, found)
    print(row("Answerback", own))
    for name, extractor in opponents(FOLDER).items():
        print(row(name, measure(extractor, found)))
    for name, value in sorted(own.f1.items(), key=lambda item: item[1]):
        if options.below and value < options.below:
            print(f"{value:.3f} {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
