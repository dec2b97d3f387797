"""Comments, or the records of answers, as a table (CSV)."""

from __future__ import annotations

import csv
from typing import Any

from ...answers.record_store import Record
from ...core.model import Comment
from ...core.times import iso
from ..exporting import Export
from ..store import Thread

COLUMNS = (
    "page", "url", "title", "id", "parent_id", "author", "kind", "state", "created_at", "edited_at", "up", "down",
    "body", "sources",
)  # fmt: skip
ANSWER_COLUMNS = (
    "id", "kind", "page", "url", "question_id", "question", "answer", "state", "error", "on_request", "draft",
    "supported", "outdated", "verified_by_owner", "provider", "model", "prompt_version", "passages", "sources",
    "verdicts", "attempts", "tokens_in", "tokens_out", "cost_usd", "queued_at", "waited_ms", "first_token_ms",
    "total_ms", "helpful", "not_helpful", "reasons",
)  # fmt: skip


async def write(export: Export) -> None:
    """A row for each comment."""
    table = csv.writer(export.out)
    table.writerow(COLUMNS)
    async for thread, comments in export.threads():
        for comment in comments:
            table.writerow([cell(value) for value in _row(thread, comment)])
        export.count += len(comments)


async def write_answers(export: Export) -> None:
    """A row for each answer."""
    table = csv.writer(export.out)
    table.writerow(ANSWER_COLUMNS)
    async for record in export.records():
        table.writerow([cell(value) for value in _answer_row(record)])


def cell(value: Any) -> str:
    """A table's cell that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")) else text


def _row(thread: Thread, comment: Comment) -> tuple[Any, ...]:
    edited = None if comment.edited_at is None else iso(comment.edited_at)
    sources = comment.answer.sources if comment.answer else ()
    return (
        thread.page, thread.url, thread.title, comment.id, comment.parent_id, comment.author_name,
        comment.author_kind, comment.state, iso(comment.created_at), edited, comment.up, comment.down, comment.body,
        "\n".join(f"{source.url} {source.quote}" for source in sources),
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
