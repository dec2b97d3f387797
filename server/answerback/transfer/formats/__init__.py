"""Import and export formats: a row of `FORMATS` and a lazily loaded module each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from ...errors import BadRequest

if TYPE_CHECKING:
    from ..exporting import Export
    from ..model import Incoming, IncomingThread
    from ..source import Source

    Reader = Callable[[Source], Iterator[Incoming | IncomingThread]]
    Writer = Callable[[Export], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A format: its names and its module, which has `looks` and `read` if importable, `write` if exportable, and
    `write_answers` for records of answers."""

    module: str
    title: str = ""
    """What it is called where it is imported from."""
    reads: str = ""
    writes: str = ""
    answers: bool = False


FORMATS = (
    Format(module="answerback", title="Answerback export", reads="answerback", writes="json", answers=True),
    Format(module="disqus", title="Disqus export", reads="disqus"),
    Format(module="wordpress", title="WordPress export", reads="wordpress"),
    Format(module="isso", title="Isso database", reads="isso"),
    Format(module="giscus", title="giscus discussions", reads="giscus"),
    Format(module="utterances", title="utterances issues", reads="utterances"),
    Format(module="remark42", title="Remark42 backup", reads="remark42"),
    Format(module="commento", title="Commento export", reads="commento"),
    Format(module="comentario", title="Comentario export", reads="comentario"),
    Format(module="waline", title="Waline export", reads="waline"),
    Format(module="twikoo", title="Twikoo export", reads="twikoo"),
    Format(module="valine", title="Valine export", reads="valine"),
    Format(module="artalk", title="Artalk export", reads="artalk"),
    Format(module="cusdis", title="Cusdis database", reads="cusdis"),
    Format(module="staticman", title="Staticman folder", reads="staticman"),
    # Generic formats come last.
    Format(module="plain_json", title="JSON file of comments", reads="json"),
    Format(module="table", title="CSV file of comments", reads="csv", writes="csv", answers=True),
    Format(module="page", writes="html"),
)
IMPORTS = {each.reads: each for each in FORMATS if each.reads}
EXPORTS = {each.writes: each for each in FORMATS if each.writes}


def recognised(source: Source, wanted: str | None = None) -> str:
    """The detected format's name, or the wanted one. Raises BadRequest if the file looks like none or like another."""
    names = list(IMPORTS) if wanted is None else [wanted, *IMPORTS]
    found = next((name for name in names if _of(IMPORTS[name], "looks")(source)), None)
    if found is None:
        what = f"no {IMPORTS[wanted].title}" if wanted else f"of no known format ({', '.join(IMPORTS)})"
        raise BadRequest("validation_failed", f"{source.name} is {what}.")
    if wanted not in (None, found):
        raise BadRequest(
            "validation_failed", f"{source.name} is no {IMPORTS[wanted].title}; it looks like --from {found}."
        )
    return found


def reader(name: str) -> Reader:
    """The reader of a format in `IMPORTS`."""
    read: Reader = _of(IMPORTS[name], "read")
    return read


def writer(name: str, *, answers: bool = False) -> Writer:
    """The writer of a format in `EXPORTS`."""
    write: Writer = _of(EXPORTS[name], "write_answers" if answers else "write")
    return write


def _of(format: Format, name: str) -> Any:
    return getattr(import_module(f"{__name__}.{format.module}"), name)
