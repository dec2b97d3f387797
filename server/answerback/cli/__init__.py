"""The commands. Human text goes to stderr, data to stdout; exit 0, 1 (it failed) or 2 (used wrongly)."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from ..core.comments import is_text
from ..db.sqlite_file import INTERRUPTED, restored
from ..errors import AppError, BadRequest, SettingsError
from ..logs import describe, places
from ..settings import Settings, load_settings, sqlite_file
from ..version import version
from . import answers, backups, gaps, jobs, mail, owners, sites, threads
from . import server as serving
from . import transfer as moving
from .console import Parser, say, takes_env_file


def main(
    arguments: Sequence[str] | None = None,
    environment: Mapping[str, str] | None = None,
    stdin: BinaryIO | None = None,
) -> int:
    """Runs one command and returns its exit code. `environment` replaces the process's own and its `.env` file."""
    grammar = parser()
    arguments = sys.argv[1:] if arguments is None else arguments
    if not is_text("".join(arguments)):
        grammar.error("arguments must be UTF-8 text")
    options = grammar.parse_args(arguments, argparse.Namespace(stdin=stdin))
    try:
        result: int = options.run(_settings(options, environment), options)
        return result
    except SettingsError as error:
        say(f"answerback: {error}")
        return 1
    except AppError as error:
        say(f"answerback: {error.detail}")
        return 1
    except KeyboardInterrupt:
        say("answerback: interrupted")
        return 1
    except BrokenPipeError:  # the reader has closed the pipe, as in `export | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # keeps Python's final flush from failing
        return 1
    except Exception as error:  # its message may quote a visitor, and cron mails all output
        say(f"answerback: unexpected error: {describe(error)} ({places(error)})")
        return 1


def _settings(options: argparse.Namespace, environment: Mapping[str, str] | None) -> Settings:
    """Loads the settings. Only commands that set something up create a database or a key, so a wrong folder is left
    untouched."""
    dotenv = options.env_file or (Path(".env") if environment is None else None)
    settings = load_settings(environment, dotenv=dotenv, make_key=False)
    if options.data == "as it is":
        return settings
    file = sqlite_file(settings.database_url)
    if file is not None and restored(file).exists():
        raise BadRequest("validation_failed", INTERRUPTED)
    if options.data == "needed" and file is not None and not file.is_file():
        raise BadRequest("validation_failed", f"There is no database at {file}: is ANSWERBACK_DATA_DIR right?")
    return load_settings(environment, dotenv=dotenv)


class _Version(argparse.Action):
    """Prints the version, which is looked up only then."""

    def __init__(self, option_strings: Sequence[str], dest: str, help: str) -> None:
        super().__init__(option_strings, dest=argparse.SUPPRESS, default=argparse.SUPPRESS, nargs=0, help=help)

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        print(f"answerback {version()}")
        parser.exit()


def parser() -> Parser:
    """The command line's parser, with commands in the order of the help."""
    top = Parser(prog="answerback", description="Comments that answer back.")
    takes_env_file(top)
    top.add_argument("--version", action=_Version, help="print the version and exit")
    commands = top.add_subparsers(metavar="COMMAND", required=True, parser_class=Parser)
    for room in (serving, sites, threads, owners, answers, gaps, jobs, mail, moving, backups):
        room.add_to(commands)
    return top
