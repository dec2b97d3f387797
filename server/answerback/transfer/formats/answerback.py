"""Our own export (JSON), complete and importable. It is validated field by field, like any foreign file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from ...core.model import SETTLED, Comment
from ...core.times import iso
from ...errors import BadRequest
from ...sites.settings import AI_RULES
from ..exporting import Export
from ..model import Incoming, IncomingThread, moment
from ..source import Source

_KINDS = ("guest", "user", "owner", "ai")
_STATES = ("published", "pending", "hidden", "deleted")


async def write(export: Export) -> None:
    """All comments, thread by thread."""
    export.out.write(f'{_dump(_head(export))[:-1]},"threads":[')
    comma = "\n"
    async for thread, comments in export.threads():
        data = asdict(thread) | {"comments": [_entry(comment) for comment in comments]}
        export.out.write(comma + _dump(data))
        export.count += len(comments)
        comma = ",\n"
    export.out.write("\n]}\n")


async def write_answers(export: Export) -> None:
    """The records of all answers."""
    export.out.write(f'{_dump(_head(export))[:-1]},"answers":[')
    comma = "\n"
    async for record in export.records():
        export.out.write(comma + _dump(record.public()))
        comma = ",\n"
    export.out.write("\n]}\n")


def _head(export: Export) -> dict[str, Any]:
    return {"answerback": 1, "site": export.site, "exported_at": iso(export.now)}


def _dump(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def _entry(comment: Comment) -> dict[str, Any]:
    """A comment with everything except its author's secrets; hidden text too."""
    return {
        "id": comment.id,
        "parent_id": comment.parent_id,
        "author": {"id": comment.author_id or "", "name": comment.author_name, "kind": comment.author_kind},
        "body": comment.body,
        "html": comment.html,
        "state": comment.state,
        "created_at": iso(comment.created_at),
        "edited_at": None if comment.edited_at is None else iso(comment.edited_at),
        "votes": {"up": comment.up, "down": comment.down},
        "pinned": comment.pinned,
        "answer": None if comment.answer is None else comment.answer.public(),
    }


def looks(source: Source) -> bool:
    """Whether it declares itself as ours."""
    return source.kind == "json" and any(
        isinstance(found, dict) and "answerback" in found for found in source.documents
    )


def read(source: Source) -> Iterator[Incoming | IncomingThread]:
    """The comments of an export, and threads that are locked or have a rule or an address by the owner. Raises
    BadRequest."""
    data = source.documents[0] if source.documents else None
    if not isinstance(data, dict) or data.get("answerback") != 1 or not isinstance(data.get("threads"), list):
        raise BadRequest("validation_failed", f"{source.name} is not an export of comments.")
    for thread in data["threads"]:
        if not isinstance(thread, dict) or not _text(thread, "page"):
            raise BadRequest("validation_failed", f"{source.name} has a thread without a page.")
        locked, ai, placed = thread.get("locked") is True, _text(thread, "ai"), thread.get("url_by_owner") is True
        if locked or placed or ai in AI_RULES:
            url, title = _text(thread, "url"), _text(thread, "title")
            yield IncomingThread(url, _page(thread), title, locked, ai or None, placed)
        for comment in _list(thread.get("comments")):
            if not isinstance(comment, dict) or not _text(comment, "id"):
                raise BadRequest("validation_failed", f"{source.name} has a comment without an id.")
            yield _comment(thread, comment)


def _comment(thread: dict[str, Any], comment: dict[str, Any]) -> Incoming:
    author = comment.get("author") if isinstance(comment.get("author"), dict) else {}
    votes = comment.get("votes") if isinstance(comment.get("votes"), dict) else {}
    edited = _text(comment, "edited_at")
    return Incoming(
        id=_text(comment, "id"),
        page=_page(thread),
        address=_text(thread, "url"),
        title=_text(thread, "title"),
        parent=_text(comment, "parent_id") or None,
        name=_text(author or {}, "name"),
        kind=_one_of(_KINDS, _text(author or {}, "kind")),
        body=_text(comment, "body"),
        html=_text(comment, "html"),
        state=_one_of(_STATES, _text(comment, "state")),
        created_at=moment(_text(comment, "created_at")),
        edited_at=moment(edited),
        up=_count(votes or {}, "up"),
        down=_count(votes or {}, "down"),
        pinned=comment.get("pinned") is True,
        answer=_answer(comment.get("answer")),
    )


def _page(thread: dict[str, Any]) -> str:
    return _text(thread, "page")


def _share(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and 0 <= value <= 1 else None


def _answer(data: Any) -> dict[str, Any] | None:
    if not isinstance(data, dict):
        return None
    state = _text(data, "state")
    sources = [
        {name: _text(source, name)[:2_000] for name in ("quote", "url", "title")}
        for source in _list(data.get("sources"))[:50]
        if isinstance(source, dict) and _text(source, "url").startswith(("http://", "https://"))
    ]
    return {
        "state": state if state in SETTLED else "stopped",
        "provider": _text(data, "provider")[:100],
        "model": _text(data, "model")[:100],
        "sources": sources,
        "verified_by_owner": int(data.get("verified_by_owner") is True),
        "revised_at": moment(data.get("revised_at")),
        "supported": None if data.get("supported") is None else int(data.get("supported") is True),
        "support_reason": _text(data, "support_reason")[:40],
        "certainty": _share(data.get("certainty")),
    }


def _text(data: dict[str, Any], name: str) -> str:
    value = data.get(name)
    return value if isinstance(value, str) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _count(data: dict[str, Any], name: str) -> int:
    value = data.get(name)
    return value if type(value) is int and 0 <= value < 10**9 else 0


def _one_of(allowed: tuple[str, ...], value: str) -> Any:
    """Any: a member of the tuple, which the caller's field names as a Literal."""
    return value if value in allowed else allowed[0]
