"""Commands that take comments out and in."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ..settings import Settings
from ..transfer.formats import EXPORTS, IMPORTS
from .console import command, say, watched, with_database
from .sites import site_of


def add_to(commands: Any) -> None:
    """`export`, `import`."""
    export = command(commands, "export", _export, "the comments of a site as JSON, CSV or one HTML page")
    export.add_argument("key")
    export.add_argument("--format", choices=list(EXPORTS), default="json")
    export.add_argument("--answers", action="store_true", help="export answer records instead, as JSON or CSV")
    export.add_argument("--output", metavar="FILE", help="file to write instead of stdout")
    bring = command(commands, "import", _import, "comments from elsewhere, each once however often it is done")
    bring.add_argument("key")
    bring.add_argument("file")
    bring.add_argument("--from", dest="format", choices=list(IMPORTS), required=True)
    bring.add_argument("--json", action="store_true")


def _export(settings: Settings, options: argparse.Namespace) -> int:
    from ..clock import SystemClock
    from ..transfer.exporting import Export, writing_to

    if options.answers and not EXPORTS[options.format].answers:
        tables = [name for name, format in EXPORTS.items() if format.answers]
        say(f"answerback: --answers requires --format {' or '.join(tables)}")
        return 2
    site, now = site_of(settings, options.key), SystemClock().now()
    with writing_to(options.output) as out:
        tell = watched("Answers" if options.answers else "Threads")

        def work(db: Any) -> Any:
            return Export(db, site.key, now, out, tell, lang=site.lang).write(options.format, answers=options.answers)

        count = with_database(settings, work)
    say(f"Exported {count:,} {'answers' if options.answers else 'comments'} of {site.key}.")
    return 0


def _import(settings: Settings, options: argparse.Namespace) -> int:
    from ..clock import SystemClock
    from ..transfer.importing import Importer

    site = site_of(settings, options.key)
    path, tell = Path(options.file), watched("Comments")
    result = with_database(settings, lambda db: Importer(db, site, options.format, SystemClock().now()).run(path, tell))
    say(f"Imported {result.added:,} comments; {result.present:,} were there already, {result.skipped:,} are left out.")
    if options.json:
        print(json.dumps(asdict(result)))
    return 0
