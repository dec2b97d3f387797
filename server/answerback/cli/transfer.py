"""Commands that take comments out and in, and copies."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ..errors import BadRequest
from ..settings import Settings, sqlite_file
from ..transfer.formats import EXPORTS, IMPORTS
from .console import command, say, steps, watched, with_database
from .sites import site_of


def add_to(commands: Any) -> None:
    """`export`, `import`, `backup`, `restore`."""
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
    help = "a whole copy with key and pictures while the server runs"
    backup = command(commands, "backup", _backup, help, "as it is")
    backup.add_argument("file", type=Path)
    back = command(commands, "restore", _restore, "put a backup back, with the old files aside", "as it is")
    back.add_argument("file", type=Path)


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


def _backup(settings: Settings, options: argparse.Namespace) -> int:
    from ..clock import SystemClock
    from ..transfer.backup.making import make_backup

    database = _sqlite_only(settings, "pg_dump")
    key = None if settings.secret_key else settings.data_dir / "secret-key"
    manifest = make_backup(database, key, options.file, SystemClock().now(), steps())
    say(f"Copied {manifest.bytes:,} bytes to {options.file} {_contents(manifest)}.")
    if settings.secret_key:
        say("ANSWERBACK_SECRET_KEY is set, so the key is not in it: keep it with your settings.")
    return 0


def _restore(settings: Settings, options: argparse.Namespace) -> int:
    from ..clock import SystemClock
    from ..transfer.backup.restoring import restore

    database = _sqlite_only(settings, "pg_restore")
    done = restore(options.file, database, settings.data_dir / "secret-key", SystemClock().now(), steps())
    of = f" of {done.manifest.created_at} {_contents(done.manifest)}" if done.manifest else ""
    say(f"Restored {options.file}{of}.")
    if done.before is not None:
        say(f"What was there before is in {done.before}.")
    if not done.has_key and not settings.secret_key:
        say("There is no key in it: put the old secret-key into the data folder, or set ANSWERBACK_SECRET_KEY.")
    return 0


def _sqlite_only(settings: Settings, other: str) -> Path:
    file = sqlite_file(settings.database_url)
    if file is None:
        raise BadRequest("validation_failed", f"This database is PostgreSQL: use {other}.")
    return file


def _contents(manifest: Any) -> str:
    """What is in a backup, in a few words."""
    rows = manifest.rows
    return f"(comments: {rows.get('comments', 0):,}, sites: {rows.get('sites', 0):,})"
