"""Shared by the commands: arguments, messages on stderr, the database connection."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, NoReturn

from ..errors import BadRequest
from ..settings import Settings


def say(text: str) -> None:
    """Prints text for people."""
    print(text, file=sys.stderr)


class Parser(argparse.ArgumentParser):
    """An argument parser that prints the error in one line below the usage, and exits with 2."""

    def error(self, message: str) -> NoReturn:
        """Prints the usage and the message, and exits with 2."""
        self.print_usage(sys.stderr)
        self.exit(2, f"answerback: {message}\n")


def command(
    commands: Any,
    name: str,
    run: Callable[[Settings, argparse.Namespace], int],
    help: str,
    data: Literal["made", "needed", "as it is"] = "needed",
) -> argparse.ArgumentParser:
    """Adds a command; `run` executes it and returns the exit code. `data` says what happens if the data does not exist
    yet: it is created, it is required, or nothing is changed."""
    command: argparse.ArgumentParser = commands.add_parser(name, help=help, description=help)
    takes_env_file(command, default=argparse.SUPPRESS)
    command.set_defaults(run=run, data=data)
    return command


def takes_env_file(parser: argparse.ArgumentParser, default: Any = None) -> None:
    """Adds `--env-file`, which may stand before or after the command's name."""
    parser.add_argument(
        "--env-file", metavar="FILE", type=Path, default=default, help="file with settings, instead of .env"
    )


def count(text: str) -> int:
    """Parses an option's whole number, at least 1."""
    if not text.isdecimal() or not 1 <= int(text) <= 100_000:
        raise argparse.ArgumentTypeError("must be a whole number from 1")
    return int(text)


def port(text: str) -> int:
    """Parses an option's port; 0 picks a free one."""
    if not text.isdecimal() or not 0 <= int(text) <= 65_535:
        raise argparse.ArgumentTypeError("must be a whole number from 0 to 65535")
    return int(text)


def text_of(name: str) -> str:
    """Reads the text of a file named on the command line. Raises BadRequest."""
    try:
        return Path(name).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadRequest("validation_failed", f"{name} cannot be read ({type(error).__name__}).") from None


def with_database(settings: Settings, work: Callable[[Any], Any]) -> Any:
    """Runs `work(db)` on the migrated database."""
    from ..db.database import Database
    from ..migrations import migrate

    async def go() -> Any:
        db = Database(settings.database_url)
        await db.connect()
        try:
            return await work(db)
        finally:
            await db.close()

    migrate(settings.database_url)
    return asyncio.run(go())


def watched(what: str) -> Callable[[int, int], None]:
    """A callback for (done, total) that shows the progress of long work on a terminal."""

    def tell(done: int, total: int) -> None:
        if sys.stderr.isatty():
            bar = "█" * (30 * done // max(1, total))
            print(f"\r{what} {bar:░<30} {done:,} of {total:,}", end="\n" if done == total else "", file=sys.stderr)

    return tell


def steps() -> Callable[[str, int, int], None]:
    """Like `watched`, for work of several steps: a callback for (step, done, total)."""
    return lambda step, done, total: watched(f"{step:10}")(done, total)
