"""Commands that make and restore backups."""

from __future__ import annotations

import argparse
import asyncio
import re
from pathlib import Path
from typing import Any

from ..errors import AppError, BadRequest, Unavailable
from ..settings import Settings, sqlite_file
from .console import command, count, say, steps, with_database

KEEP = 14
UNITS = {"m": 60_000, "h": 3_600_000, "d": 86_400_000}
SHORTEST_MS = 10 * UNITS["m"]


def add_to(commands: Any) -> None:
    """Adds `backup` and `restore`."""
    help = "copy everything, key and pictures included, while the server runs"
    backup = command(commands, "backup", _backup, help, "as it is")
    backup.add_argument("file", type=Path, nargs="?", help="the new file")
    backup.add_argument("--to", type=Path, metavar="FOLDER", help="a folder for dated files, instead of a file")
    backup.add_argument("--keep", type=count, metavar="N", help=f"how many stay in that folder (default: {KEEP})")
    backup.add_argument(
        "--every", type=_every, metavar="TIME", help="have the server do it from now on: 30m, 24h, 7d; off ends it"
    )
    back = command(commands, "restore", _restore, "put a backup in place of the database", "as it is")
    back.add_argument("file", type=Path)


def _every(text: str) -> int:
    """Parses an interval into milliseconds; 0 for `off`."""
    if text == "off":
        return 0
    found = re.fullmatch(r"([0-9]{1,5})([mhd])", text)
    if found is None or int(found[1]) * UNITS[found[2]] < SHORTEST_MS:
        raise argparse.ArgumentTypeError("must be a time such as 30m, 24h or 7d, at least 10m, or off")
    return int(found[1]) * UNITS[found[2]]


def _backup(settings: Settings, options: argparse.Namespace) -> int:
    database = _sqlite_only(settings, "pg_dump")
    if options.every is not None:
        if options.file or (options.every and not options.to):
            say("answerback: --every requires --to FOLDER")
            return 2
        return _plan(settings, options, database)
    if bool(options.file) == bool(options.to) or (options.keep and not options.to):
        say("answerback: give either FILE, or --to FOLDER with or without --keep N")
        return 2
    return _backup_now(settings, options, database)


def _plan(settings: Settings, options: argparse.Namespace, database: Path) -> int:
    from ..clock import SystemClock
    from ..maintenance.store import BackupPlan, set_backup_plan

    if not database.is_file():
        raise BadRequest("validation_failed", f"There is no database at {database}.")
    plan, now = None, SystemClock().now()
    if options.every:
        folder = options.to.absolute()
        if not folder.is_dir():
            raise BadRequest("validation_failed", f"There is no folder {folder}.")
        plan = BackupPlan(options.every, options.keep or KEEP, str(folder))
    with_database(settings, lambda db: db.write(lambda: set_backup_plan(plan, now)))
    if plan is None:
        say("The server no longer makes backups by itself.")
    else:
        say(
            f"The server makes its first backup in {plan.folder} within five minutes, and keeps the newest {plan.keep}."
        )
    return 0


def _backup_now(settings: Settings, options: argparse.Namespace, database: Path) -> int:
    from ..clock import SystemClock
    from ..maintenance.store import Run
    from ..transfer.backup.keeping import add_backup
    from ..transfer.backup.making import make_backup
    from ..transfer.backup.planned import key_file

    key, now = key_file(settings), SystemClock().now()
    try:
        if options.to:
            path, made = add_backup(options.to, options.keep or KEEP, database, key, now, steps())
        else:
            path, made = options.file, make_backup(database, key, options.file, now, steps())
    except Unavailable as error:
        _note(settings, Run("backup", now, "failed", error.detail))
        raise
    _note(settings, Run("backup", now, "ok", str(path.absolute()), made.bytes))
    say(f"Copied {made.bytes:,} bytes to {path} {_contents(made)}.")
    if settings.secret_key:
        say("ANSWERBACK_SECRET_KEY is set, so the key is not in it: keep it with your settings.")
    if options.to:
        print(path)
    return 0


def _note(settings: Settings, done: Any) -> None:
    """Records a run for the owners' pages and `/metrics`, if the database accepts it: it may be of another release, or
    full."""
    from ..db.database import Database
    from ..maintenance.store import add_run

    async def go() -> None:
        db = Database(settings.database_url)
        try:
            await db.connect()
            await db.write(lambda: add_run(done))
        finally:
            await db.close()

    try:
        asyncio.run(go())
    except Exception as error:
        why = error.detail if isinstance(error, AppError) else error
        say(f"This could not be noted in the database ({why}).")


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
    """A short summary of a backup's content."""
    rows = manifest.rows
    return f"(comments: {rows.get('comments', 0):,}, sites: {rows.get('sites', 0):,})"
