"""`make bench`: one run on one machine; medians of several rounds, contenders in turns. Figures also as JSON."""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
import time
from pathlib import Path

from . import (
    answers,
    backing_up,
    desk,
    exporting,
    long_threads,
    mail,
    signing_in,
    spam,
    standing,
    telling,
    threads,
    visiting,
)
from .measuring import Row

SECTIONS = {
    "reading": threads.reading,
    "posting": threads.posting,
    "streaming": answers.streaming,
    "first": answers.first_token,
    "signing-in": signing_in.signing_in,
    "exporting": exporting.exporting,
    "backing-up": backing_up.backing_up,
    "desk": desk.desk,
    "mail": mail.mail,
    "spam": spam.telling_spam,
    "telling": telling.telling,
    "starting": standing.starting,
    "widget": standing.widget,
    "visiting": visiting.loading,
    "long-threads": long_threads.long_threads,
}


def number(value: float) -> str:
    """A figure with about three digits that matter."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}" if abs(value) >= 1 else f"{value:.3f}"


def line(row: Row) -> str:
    """One line of the table, in Markdown."""
    spread = f" ({number(min(row.rounds))}–{number(max(row.rounds))})" if len(row.rounds) > 1 else ""
    beside = ", ".join(
        f"{name} {number(value)}" + (f" (×{row.median / value:.2f})" if value > 0 else "")
        for name, value in row.beside.items()
    )
    holds = {None: "", True: "yes", False: "**no**"}[row.holds]
    cells = (row.what, f"{number(row.median)} {row.unit}{spread}", beside, row.wanted, holds or row.note)
    return f"| {' | '.join(cells)} |"


def main() -> int:
    """Run the sections asked for and print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--only", choices=SECTIONS, nargs="*", help="sections to run (default: all)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0, help="length of a round of reading or posting")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures here")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="answerback-bench-"))
    rows: list[Row] = []
    try:
        for name in options.only or SECTIONS:
            begun = time.monotonic()
            rows += SECTIONS[name](options.rounds, options.seconds, folder)
            print(f"{name}: {time.monotonic() - begun:.0f} s", file=sys.stderr)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"\nPython {platform.python_version()}, {os.cpu_count()} CPUs, {platform.machine()}, ", end="")
    print(f"load average {os.getloadavg()[1]:.1f}; {options.rounds} rounds; median (min–max)\n")
    print("| what | ours | beside (ours as a multiple of it) | wanted | holds |\n|---|---|---|---|---|")
    print("\n".join(line(row) for row in rows))
    if options.json:
        options.json.write_text(json.dumps([row.public() for row in rows], indent=2, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
