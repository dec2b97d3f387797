"""The formats in which comments come and go: a row of `FORMATS` and a module each, loaded when it is used."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..exporting import Export
    from ..model import Incoming, IncomingThread

    Reader = Callable[[Path, int], Iterator[Incoming | IncomingThread]]
    Writer = Callable[[Export], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One format: its module here, which has `read` where it can be imported from, `write` where it is exported to, and
    `write_answers` where the records of answers are; and its names for that."""

    module: str
    reads: str = ""
    writes: str = ""
    answers: bool = False


FORMATS = (
    Format(module="answerback", reads="answerback", writes="json", answers=True),
    Format(module="table", writes="csv", answers=True),
    Format(module="page", writes="html"),
    Format(module="disqus", reads="disqus"),
    Format(module="wordpress", reads="wordpress"),
    Format(module="isso_store", reads="isso"),
)
IMPORTS = {each.reads: each for each in FORMATS if each.reads}
EXPORTS = {each.writes: each for each in FORMATS if each.writes}


def reader(name: str) -> Reader:
    """What reads files of a format of `IMPORTS`, given the path and the present moment."""
    read: Reader = _of(IMPORTS[name], "read")
    return read


def writer(name: str, *, answers: bool = False) -> Writer:
    """What writes a format of `EXPORTS`."""
    write: Writer = _of(EXPORTS[name], "write_answers" if answers else "write")
    return write


def _of(format: Format, name: str) -> Any:
    return getattr(import_module(f"{__name__}.{format.module}"), name)
