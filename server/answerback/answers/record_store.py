"""The record of each answer: how it was made, its cost, readers' feedback. Never who asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from ..core.provenance import digital_source_type
from ..core.times import iso
from ..db.sql import in_list
from ..db.work import Row, Work, many, one

READ_AT_ONCE = 1_000

_SELECT = """SELECT a.id, a.kind, a.site, a.page, a.url, a.question_id, a.state, a.error, a.provider, a.model,
    a.prompt_version, a.passages, a.sources, a.tokens_in, a.tokens_out, a.cost_microusd, a.attempts, a.on_request,
    a.draft, a.supported, a.support_reason, a.certainty, a.outdated, a.verified_by_owner, a.revised_at, a.verdicts,
    a.via, a.queued_at, a.started_at, a.first_token_at, a.settled_at, a.body, COALESCE(q.body, c.body, '') AS question
    FROM answers a LEFT JOIN comments c ON c.id = a.question_id AND c.site = a.site AND a.kind <> 'chat'
    LEFT JOIN questions q ON q.id = a.question_id AND q.site = a.site AND a.kind = 'chat'"""


@dataclass(frozen=True, slots=True)
class Feedback:
    """A reader's feedback on an answer."""

    helpful: bool
    reason: str
    created_at: int


@dataclass(frozen=True, slots=True)
class Record:
    """An answer's record; times in milliseconds, cost in millionths of a dollar (None: unknown)."""

    id: str
    kind: str
    site: str
    page: str
    url: str
    question_id: str
    state: str
    error: str | None
    provider: str
    model: str
    prompt_version: str
    passages: list[dict[str, str]]
    sources: list[dict[str, str]]
    tokens_in: int
    tokens_out: int
    cost_microusd: int | None
    attempts: int
    on_request: bool
    draft: bool
    supported: bool | None
    support_reason: str
    certainty: float | None
    outdated: bool
    verified_by_owner: bool
    revised_at: int | None
    verdicts: dict[str, str]
    via: str
    queued_at: int
    started_at: int | None
    first_token_at: int | None
    settled_at: int | None
    body: str
    question: str
    feedback: tuple[Feedback, ...] = ()

    @property
    def digital_source_type(self) -> str | None:
        """The IPTC type of its text."""
        return digital_source_type(
            self.provider, state=self.state, verified=self.verified_by_owner, revised=self.revised_at is not None
        )

    def after(self, moment: int | None) -> int | None:
        """Milliseconds from the question to that time."""
        return None if moment is None else max(0, moment - self.queued_at)

    def public(self) -> dict[str, Any]:
        """Its export form."""
        return {
            "id": self.id, "kind": self.kind, "via": self.via, "page": self.page, "url": self.url,
            "question_id": self.question_id, "question": self.question, "answer": self.body, "state": self.state,
            "error": self.error,
            "on_request": self.on_request, "draft": self.draft, "supported": self.supported,
            "support_reason": self.support_reason,
            "certainty": self.certainty,
            "outdated": self.outdated, "verified_by_owner": self.verified_by_owner, "provider": self.provider,
            "digital_source_type": self.digital_source_type, "model": self.model, "prompt_version": self.prompt_version,
            "passages": self.passages, "sources": self.sources, "verdicts": self.verdicts, "attempts": self.attempts,
            "tokens_in": self.tokens_in, "tokens_out": self.tokens_out,
            "cost_usd": None if self.cost_microusd is None else self.cost_microusd / 1_000_000,
            "queued_at": iso(self.queued_at), "waited_ms": self.after(self.started_at),
            "first_token_ms": self.after(self.first_token_at), "total_ms": self.after(self.settled_at),
            "feedback": [
                {"helpful": said.helpful, "reason": said.reason, "created_at": iso(said.created_at)}
                for said in self.feedback
            ],
        }  # fmt: skip


def record_of(site: str, id: str) -> Work[Record | None]:
    """The record of one answer of this site."""
    row = yield one(f"{_SELECT} WHERE a.site = :site AND a.id = :id", site=site, id=id)
    return None if row is None else (yield from _filled([row]))[0]


def records(site: str, after: tuple[int, str], limit: int = READ_AT_ONCE) -> Work[list[Record]]:
    """A site's next records by the time they were requested, after that time and id."""
    rows = yield many(
        f"""{_SELECT} WHERE a.site = :site AND a.kind <> 'refused' AND (a.queued_at, a.id) > (:at, :id)
        ORDER BY a.queued_at, a.id LIMIT :limit""",
        site=site, at=after[0], id=after[1], limit=limit,
    )  # fmt: skip
    return (yield from _filled(rows))


def count_records(site: str) -> Work[int]:
    """The number of records."""
    row = yield one("SELECT COUNT(*) AS count FROM answers WHERE site = :site AND kind <> 'refused'", site=site)
    return int(row["count"])


def _filled(rows: list[Row]) -> Work[list[Record]]:
    listed, params = in_list("id", (row["id"] for row in rows))
    said: dict[str, list[Feedback]] = {}
    if rows:
        found = yield many(
            f"""SELECT answer_id, helpful, reason, created_at FROM feedback
            WHERE answer_id IN ({listed}) ORDER BY created_at, visitor_id""",
            **params,
        )
        for row in found:
            said.setdefault(row["answer_id"], []).append(
                Feedback(bool(row["helpful"]), row["reason"], row["created_at"])
            )
    return [_read(row, tuple(said.get(row["id"], ()))) for row in rows]


def _read(row: Row, feedback: tuple[Feedback, ...]) -> Record:
    values = dict(row)
    values |= {name: orjson.loads(values[name]) for name in ("passages", "sources", "verdicts")}
    values |= {name: bool(values[name]) for name in ("on_request", "draft", "outdated", "verified_by_owner")}
    values["supported"] = None if values["supported"] is None else bool(values["supported"])
    return Record(**values, feedback=feedback)
