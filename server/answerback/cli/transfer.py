"""Commands that take comments out and in, and copies."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from typing import Any
from urllib.parse import urlsplit

from ..settings import Settings
from .console import command, say, watched, with_database
from .sites import site_of


def add_to(commands: Any) -> None:
    """`export`, `import`, `backup`."""
    export = command(commands, "export", _export, "the comments of a site as JSON, CSV or one HTML page")
    export.add_argument("key")
    export.add_argument("--format", choices=["json", "csv", "html"], default="json")
    export.add_argument("--answers", action="store_true", help="the records of the answers instead, as JSON or CSV")
    export.add_argument("--output", metavar="FILE", help="instead of stdout")
    bring = command(commands, "import", _import, "comments from elsewhere, each once however often it is done")
    bring.add_argument("key")
    bring.add_argument("file")
    bring.add_argument("--from", dest="format", choices=["answerback", "disqus", "wordpress", "isso"], required=True)
    bring.add_argument("--json", action="store_true")
    backup = command(commands, "backup", _backup, "a consistent copy of the database while the server runs")
    backup.add_argument("file")


def _export(settings: Settings, options: argparse.Namespace) -> int:
    from ..clock import SystemClock
    from ..transfer.answer_records import FORMATS, RecordExporter
    from ..transfer.exporting import Exporter, writing_to

    if options.answers and options.format not in FORMATS:
        say(f"answerback: --answers goes with --format {' or '.join(FORMATS)}")
        return 2
    site, now = site_of(settings, options.key), SystemClock().now()
    with writing_to(options.output) as out:

        def work(db: Any) -> Any:
            if options.answers:
                return RecordExporter(db, site.key, now, out, watched("Answers")).write(options.format)
            return Exporter(db, site.key, now, out, watched("Threads")).write(options.format)

        count = with_database(settings, work)
    say(f"Exported {count:,} {'answers' if options.answers else 'comments'} of {site.key}.")
    return 0


def _import(settings: Settings, options: argparse.Namespace) -> int:
    from pathlib import Path

    from ..clock import SystemClock
    from ..transfer.importing import Importer

    site = site_of(settings, options.key)
    path, tell = Path(options.file), watched("Comments")
    result = with_database(settings, lambda db: Importer(db, site, options.format, SystemClock().now()).run(path, tell))
    say(f"Imported {result.added:,} comments; {result.present:,} were there already, {result.skipped:,} are left out.")
    if options.json:
        print(json.dumps(asdict(result)))
    return 0


def _backup(settings: Settings, options: argparse.Namespace) -> int:
    from pathlib import Path

    from ..transfer.backup import backup

    if not settings.database_url.startswith("sqlite"):
        say(f"answerback: use pg_dump for {urlsplit(settings.database_url).scheme}")
        return 1
    size = backup(settings.database_url, Path(options.file))
    say(f"Copied {size:,} bytes to {options.file}.")
    return 0
