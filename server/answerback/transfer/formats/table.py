"""Comments or records of answers as CSV, and comments read from CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

from ...answers.record_store import Record
from ...core.model import Comment
from ...core.tables import cell
from ...core.times import iso
from ...errors import BadRequest
from ..exporting import Export
from ..model import Incoming
from ..source import BYTES_LIMIT, Source
from ..store import Thread
from .rows import WORDS, comment

COLUMNS = (
    "page", "url", "title", "id", "parent_id", "author", "author_id", "kind", "state", "created_at",
    "edited_at", "up", "down", "body", "sources", "digital_source_type", "verified_by_owner",
)  # fmt: skip
ANSWER_COLUMNS = (
    "id", "kind", "page", "url", "question_id", "question", "answer", "state", "error", "on_request", "draft",
    "supported", "support_reason", "certainty",
    "outdated", "verified_by_owner", "provider", "digital_source_type", "model", "prompt_version",
    "passages", "sources",
    "verdicts", "attempts", "tokens_in", "tokens_out", "cost_usd", "queued_at", "waited_ms", "first_token_ms",
    "total_ms", "helpful", "not_helpful", "reasons",
)  # fmt: skip


BYTE_ORDER_MARK = "\ufeff"
"""Without it, Excel takes UTF-8 for the encoding of its own country."""


async def write(export: Export) -> None:
    """Writes a row for each comment."""
    table = _table(export, COLUMNS)
    async for thread, comments in export.threads():
        for each in comments:
            table.writerow([cell(value) for value in _row(thread, each)])
        export.count += len(comments)


async def write_answers(export: Export) -> None:
    """Writes a row for each answer."""
    table = _table(export, ANSWER_COLUMNS)
    async for record in export.records():
        table.writerow([cell(value) for value in _answer_row(record)])


def _table(export: Export, columns: Sequence[str]) -> Any:
    """A CSV writer that has written the header."""
    export.out.write(BYTE_ORDER_MARK)
    table = csv.writer(export.out)
    table.writerow(columns)
    return table


def looks(source: Source) -> bool:
    """Whether the header names a page and a text."""
    columns = set(_reader(source).fieldnames or ()) if source.kind == "text" else set()
    return bool(columns & {"page", "url"} and columns & set(WORDS))


def read(source: Source) -> Iterator[Incoming]:
    """The comments, by column names. Raises BadRequest."""
    try:
        for row in _reader(source):
            values = {name: _uncelled(value) for name, value in row.items() if name and isinstance(value, str)}
            yield comment(values, values)
    except csv.Error as error:
        raise BadRequest("validation_failed", f"{source.name} is not valid CSV ({error}).") from None


def _reader(source: Source) -> csv.DictReader[str]:
    """A CSV reader for any separator, with lower-case column names."""
    csv.field_size_limit(BYTES_LIMIT)
    head, _, _ = source.text.partition("\n")
    delimiter = max(",;\t", key=head.count)
    reader = csv.DictReader(io.StringIO(source.text, newline=""), delimiter=delimiter)
    reader.fieldnames = [name.strip().lower() for name in reader.fieldnames or ()]
    return reader


def _uncelled(text: str) -> str:
    """A cell without the prefix that `cell` adds."""
    return text[1:] if text.startswith("'") and cell(text[1:]) == text else text


def _row(thread: Thread, comment: Comment) -> tuple[Any, ...]:
    edited = None if comment.edited_at is None else iso(comment.edited_at)
    answer = comment.answer
    sources = answer.sources if answer else ()
    return (
        thread.page, thread.url, thread.title, comment.id, comment.parent_id, comment.author_name,
        comment.author_id, comment.author_kind, comment.state, iso(comment.created_at), edited,
        comment.up, comment.down, comment.body,
        "\n".join(f"{source.url} {source.quote}" for source in sources),
        answer and answer.digital_source_type, answer and answer.verified_by_owner,
    )  # fmt: skip


def _answer_row(record: Record) -> list[Any]:
    values = record.public()
    feedback = values.pop("feedback")
    values |= {
        "passages": "\n".join(f"{passage['url']} {passage['hash']}" for passage in record.passages),
        "sources": "\n".join(f"{source['url']} {source['quote']}" for source in record.sources),
        "verdicts": "\n".join(f"{what} {verdict}" for what, verdict in record.verdicts.items()),
        "helpful": sum(said["helpful"] for said in feedback),
        "not_helpful": sum(not said["helpful"] for said in feedback),
        "reasons": "\n".join(said["reason"] for said in feedback if said["reason"]),
    }
    return [values[column] for column in ANSWER_COLUMNS]
