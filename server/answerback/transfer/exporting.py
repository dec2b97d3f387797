"""A site's threads as JSON (everything, to be imported again), CSV (for a table) or one static page."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TextIO

from markupsafe import Markup

from ..core.markdown import sanitise
from ..core.model import Comment
from ..core.times import iso
from ..db.database import Database
from ..errors import BadRequest
from ..web.rendering import render
from . import store

FORMATS = ("json", "csv", "html")
COLUMNS = (
    "page", "url", "title", "id", "parent_id", "author", "kind", "state", "created_at", "edited_at", "up", "down",
    "body", "sources",
)  # fmt: skip
Told = Callable[[int, int], None]


@dataclass(slots=True)
class Exporter:
    """Writes one site to a text file, thread by thread."""

    db: Database
    site: str
    now: int
    out: TextIO
    progress: Told = field(default=lambda done, total: None)
    count: int = 0

    async def write(self, format: str) -> int:
        """Write the site in one of `FORMATS`; how many comments were written."""
        await {"json": self._json, "csv": self._csv, "html": self._html}[format]()
        return self.count

    async def _threads(self) -> AsyncIterator[tuple[store.Thread, list[Comment]]]:
        threads = await self.db.read(lambda: store.threads_of(self.site))
        for number, thread in enumerate(threads, 1):
            comments: list[Comment] = []
            while True:
                after = (comments[-1].created_at, comments[-1].id) if comments else (-1, "")
                following = await self.db.read(partial(store.comments_of, self.site, thread.page, after))
                comments += following
                if len(following) < store.EXPORTED_AT_ONCE:
                    break
            yield thread, comments
            self.progress(number, len(threads))

    async def _json(self) -> None:
        self.out.write(f'{{"answerback":1,"site":{_dump(self.site)},"exported_at":{_dump(iso(self.now))},"threads":[')
        comma = "\n"
        async for thread, comments in self._threads():
            data = asdict(thread) | {"comments": [_entry(comment) for comment in comments]}
            self.out.write(comma + _dump(data))
            self.count += len(comments)
            comma = ",\n"
        self.out.write("\n]}\n")

    async def _csv(self) -> None:
        table = csv.writer(self.out)
        table.writerow(COLUMNS)
        async for thread, comments in self._threads():
            for comment in comments:
                table.writerow([cell(value) for value in _row(thread, comment)])
            self.count += len(comments)

    async def _html(self) -> None:
        parts = []
        async for thread, comments in self._threads():
            roots = _tree(comments)
            if roots:
                parts.append(render("transfer/templates/thread.html", thread=thread, comments=roots))
            self.count += sum(comment.state == "published" for comment in comments)
        # Markup: each part has been escaped by its own template.
        page = render(
            "transfer/templates/page.html", site=self.site, exported_at=iso(self.now),
            threads=Markup("").join(map(Markup, parts)),
        )  # fmt: skip
        self.out.write(page)


@contextmanager
def writing_to(output: str | None) -> Iterator[TextIO]:
    """Standard output, or a file that appears under its name only when it is complete. Raises BadRequest."""
    if output is None:
        yield sys.stdout
        return
    target = Path(output)
    if target.is_dir():
        raise BadRequest("validation_failed", f"{target} is a folder.")
    unfinished = target.with_name(target.name + ".unfinished")
    try:
        with unfinished.open("w", encoding="utf-8", newline="") as file:
            yield file
        unfinished.replace(target)
    except OSError as error:
        raise BadRequest("validation_failed", f"{target} cannot be written ({error.strerror}).") from None
    finally:
        unfinished.unlink(missing_ok=True)


def cell(value: Any) -> str:
    """A table's cell that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")) else text


def _dump(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def _entry(comment: Comment) -> dict[str, Any]:
    """All that is kept of a comment but its author's secrets: the words of hidden ones too."""
    return {
        "id": comment.id,
        "parent_id": comment.parent_id,
        "author": {"name": comment.author_name, "kind": comment.author_kind},
        "body": comment.body,
        "html": comment.html,
        "state": comment.state,
        "created_at": iso(comment.created_at),
        "edited_at": None if comment.edited_at is None else iso(comment.edited_at),
        "votes": {"up": comment.up, "down": comment.down},
        "pinned": comment.pinned,
        "answer": None if comment.answer is None else comment.answer.public(),
    }


def _row(thread: store.Thread, comment: Comment) -> tuple[Any, ...]:
    edited = None if comment.edited_at is None else iso(comment.edited_at)
    sources = comment.answer.sources if comment.answer else ()
    return (
        thread.page, thread.url, thread.title, comment.id, comment.parent_id, comment.author_name,
        comment.author_kind, comment.state, iso(comment.created_at), edited, comment.up, comment.down, comment.body,
        "\n".join(f"{source.url} {source.quote}" for source in sources),
    )  # fmt: skip


def _tree(comments: list[Comment]) -> list[dict[str, Any]]:
    """What everybody may see, replies below; where something gone has replies, they move up."""
    shown: dict[str, dict[str, Any]] = {}
    roots: list[dict[str, Any]] = []
    for comment in comments:
        if comment.state != "published":
            continue
        entry = {
            "comment": comment,
            "at": iso(comment.created_at),
            # Markup: nothing but what is allowed in a comment is left after `sanitise`.
            "html": Markup(sanitise(comment.html)),
            "sources": [s for s in comment.answer.sources if s.url.startswith("http")] if comment.answer else [],
            "replies": [],
        }
        shown[comment.id] = entry
        above = shown.get(comment.parent_id or "")
        (roots if above is None else above["replies"]).append(entry)
    return roots
