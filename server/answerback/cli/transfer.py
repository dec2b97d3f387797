"""Commands that export and import comments."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..settings import Settings
from ..transfer.formats import EXPORTS, IMPORTS
from .console import command, say, watched, with_database
from .sites import site_of

if TYPE_CHECKING:
    from ..transfer.importing import Imported


def add_to(commands: Any) -> None:
    """Adds `export` and `import`."""
    export = command(commands, "export", _export, "the comments of a site as JSON, CSV or one HTML page")
    export.add_argument("key")
    export.add_argument("--format", choices=list(EXPORTS), default="json")
    export.add_argument("--answers", action="store_true", help="export answer records instead, as JSON or CSV")
    export.add_argument("--output", metavar="FILE", help="file to write instead of stdout")
    bring = command(commands, "import", _import, "comments from elsewhere, each once however often it is done")
    bring.add_argument("key")
    bring.add_argument("file", help="file or folder to read, or address of a GitHub repository; - is standard input")
    bring.add_argument(
        "--from", dest="format", metavar="FORMAT", type=_format, help="its format, if it is not recognised"
    )
    bring.add_argument("--map", type=Path, metavar="FILE", help="file with old,new addresses of pages that have moved")
    bring.add_argument("--category", metavar="NAME", default="", help="only this category or label of the repository")
    bring.add_argument("--dry-run", action="store_true", help="only say what would be imported")
    bring.add_argument("--json", action="store_true")


def _format(name: str) -> str:
    if name not in IMPORTS:
        raise argparse.ArgumentTypeError(f"must be one of {', '.join(IMPORTS)}")
    return name


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
    from ..transfer.addresses import AddressMap, read_pairs
    from ..transfer.github_api import fetched, repository_in
    from ..transfer.importing import Importer
    from ..transfer.source import opened

    site = site_of(settings, options.key)
    addresses = AddressMap(read_pairs(options.map)) if options.map else None
    tell = watched("Comments")

    def work(db: Any) -> Any:
        importer = Importer(db, site, SystemClock().now(), addresses, dry_run=options.dry_run)
        return importer.run(source, options.format, tell)

    repository = repository_in(options.file, settings.github_url)
    if repository and options.format not in ("giscus", "utterances"):
        say("answerback: a GitHub repository requires --from giscus or --from utterances")
        return 2
    with ExitStack() as stack:
        if repository:
            api, token = settings.github_api_url, settings.github_token
            source = stack.enter_context(fetched(api, token, repository, options.format, options.category))
        else:
            source = stack.enter_context(opened(Path(options.file)))
        result = with_database(settings, work)
    for sentence in told(result):
        say(sentence)
    if options.json:
        print(json.dumps(result.public()))
    return 0


LEFT_OUT = {
    "deleted": "deleted", "spam": "spam", "private": "on pages that are not public",
    "pingback": "pingbacks and other notes", "orphan": "without a known page", "empty": "empty",
    "too_long": "too long", "repeated": "twice in the file",
}  # fmt: skip
MENDED = {
    "control_characters": "control characters dropped", "bad_bytes": "unreadable bytes replaced",
    "ampersands": "bare ampersands read as such",
    "no_date": "comments without a date, dated now", "no_parent": "replies without their parent, now at the top",
}  # fmt: skip


def told(result: Imported) -> Iterator[str]:
    """Describes the outcome of an import in sentences."""
    done = "Would import" if result.dry_run else "Imported"
    yield (
        f"{done} {counted(result.added, 'comment')} on {counted(result.pages, 'page')} from a file of {result.format}; "
        f"{result.present:,} were there already."
    )
    if result.skipped:
        parts = [f"{count:,} {LEFT_OUT[reason]}" for reason, count in result.left_out.items()]
        keep = "keeps its" if result.placeholders == 1 else "keep their"
        kept = f"; {result.placeholders:,} {keep} place above replies" if result.placeholders else ""
        yield f"Left out {result.skipped:,}: {', '.join(parts)}{kept}."
    parts = [f"{count:,} {MENDED[what]}" for what, count in result.mended.items() if count]
    if parts:
        yield f"Mended: {', '.join(parts)}."


def counted(number: int, what: str) -> str:
    """A number with its noun: `1 comment`, `2 comments`."""
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"
