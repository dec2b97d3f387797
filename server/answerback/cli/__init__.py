"""The commands. Human text goes to stderr, data to stdout; exit 0, 1 (it failed) or 2 (used wrongly)."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from typing import BinaryIO

from ..core.comments import is_text
from ..errors import AppError, SettingsError
from ..settings import load_settings
from . import answers, owners, sites, threads
from . import server as serving
from . import transfer as moving
from .console import Parser, say


def main(
    arguments: Sequence[str] | None = None,
    environment: Mapping[str, str] | None = None,
    stdin: BinaryIO | None = None,
) -> int:
    """Run one command; the exit code. An `environment` replaces the process's and the `.env` file."""
    grammar = parser()
    arguments = sys.argv[1:] if arguments is None else arguments
    if not is_text("".join(arguments)):
        grammar.error("arguments are text, in UTF-8")
    options = grammar.parse_args(arguments, argparse.Namespace(stdin=stdin))
    try:
        settings = load_settings() if environment is None else load_settings(environment, dotenv=None)
        result: int = options.run(settings, options)
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


def parser() -> Parser:
    """The command line's grammar, in the order in which its help shows it."""
    top = Parser(prog="answerback", description="Comments that answer back.")
    commands = top.add_subparsers(metavar="COMMAND", required=True, parser_class=Parser)
    for room in (serving, sites, threads, owners, answers, moving):
        room.add_to(commands)
    return top
