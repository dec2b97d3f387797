"""The records of a site's answers as JSON (everything) or CSV (for a table)."""

from __future__ import annotations

import csv
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TextIO

from ..answers import record_store as store
from ..answers.record_store import Record
from ..core.times import iso
from ..db.database import Database
from .exporting import Told, cell

FORMATS = ("json", "csv")
COLUMNS = (
    "id", "kind", "page", "url", "question_id", "question", "answer", "state", "error", "on_request", "draft",
    "supported", "outdated", "verified_by_owner", "provider", "model", "prompt_version", "passages", "sources",
    "verdicts", "attempts", "tokens_in", "tokens_out", "cost_usd", "queued_at", "waited_ms", "first_token_ms",
    "total_ms", "helpful", "not_helpful", "reasons",
)  # fmt: skip


@dataclass(slots=True)
class RecordExporter:
    """Writes the records of one site to a text file, in the order in which the answers were asked for."""

    db: Database
    site: str
    now: int
    out: TextIO
    progress: Told = field(default=lambda done, total: None)
    count: int = 0

    async def write(self, format: str) -> int:
        """Write them in one of `FORMATS`; how many there were."""
        await {"json": self._json, "csv": self._csv}[format]()
        return self.count

    async def _records(self) -> AsyncIterator[Record]:
        total = await self.db.read(lambda: store.count_records(self.site))
        after = (-1, "")
        while found := await self.db.read(partial(store.records, self.site, after)):
            for record in found:
                yield record
            after = (found[-1].queued_at, found[-1].id)
            self.count += len(found)
            self.progress(min(self.count, total), total)

    async def _json(self) -> None:
        head = {"answerback": 1, "site": self.site, "exported_at": iso(self.now)}
        self.out.write(f'{_dump(head)[:-1]},"answers":[')
        comma = "\n"
        async for record in self._records():
            self.out.write(comma + _dump(record.public()))
            comma = ",\n"
        self.out.write("\n]}\n")

    async def _csv(self) -> None:
        table = csv.writer(self.out)
        table.writerow(COLUMNS)
        async for record in self._records():
            table.writerow([cell(value) for value in _row(record)])


def _row(record: Record) -> list[Any]:
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
    return [values[column] for column in COLUMNS]


def _dump(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))
