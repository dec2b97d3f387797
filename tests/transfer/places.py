"""A site, and files brought into it."""

from __future__ import annotations

from pathlib import Path

from answerback.comments.thread_store import page_of_thread
from answerback.core.model import Comment
from answerback.db.database import Database
from answerback.sites.settings import read_site
from answerback.sites.store import add_site
from answerback.transfer.addresses import AddressMap
from answerback.transfer.importing import Imported, Importer
from answerback.transfer.source import opened
from answerback.transfer.store import threads_of

CASES = Path(__file__).parent / "cases"
NOW = 1_790_000_000_000
SITE = read_site("blog", {"origins": "https://blog.example"}, daily_answers=5)


async def bring(
    database: Database, path: Path, format: str | None = None, pairs: tuple[tuple[str, str], ...] = (), *,
    dry_run: bool = False,
) -> Imported:  # fmt: skip
    """Import a file into the site `blog`."""
    await database.write(lambda: add_site("blog", {"origins": "https://blog.example"}, NOW))
    with opened(path) as source:
        return await Importer(database, SITE, NOW, AddressMap(list(pairs)), dry_run=dry_run).run(source, format)


async def pages(database: Database) -> dict[str, list[str]]:
    """What is published on each page that has a comment, the oldest first."""
    found: dict[str, list[str]] = {}
    for row in await database.fetch_all(
        "SELECT page, body FROM comments WHERE state = 'published' ORDER BY created_at, body"
    ):
        found.setdefault(row["page"], []).append(row["body"])
    return found


async def thread(database: Database, page: str) -> list[Comment]:
    """A page's roots as a reader sees them."""
    return (await database.read(lambda: page_of_thread("blog", page, "oldest", None, 50))).comments


async def locked(database: Database) -> list[str]:
    """The pages whose threads are closed."""
    return [thread.page for thread in await database.read(lambda: threads_of("blog")) if thread.locked]


def shape(comments: list[Comment]) -> list[tuple[str, list[object]]]:
    """Words (of what is gone its state), each with what hangs below."""
    return [
        (comment.body if comment.state == "published" else comment.state, list(shape(comment.replies)))
        for comment in comments
    ]
