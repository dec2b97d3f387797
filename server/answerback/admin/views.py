"""What the owner's templates are given: texts of figures, times and states, and the addresses of the log's pages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

from ..core.model import RUNNING
from ..core.times import iso, next_midnight
from ..errors import BadRequest
from .store import ANSWER_STATES, COMMENT_STATES, Entry, Filter

if TYPE_CHECKING:
    from jinja2 import Environment

FOLDER = Path(__file__).parent
SEARCH_LIMIT, PAGE_LIMIT = 200, 500
STATES: Mapping[str, tuple[str, ...]] = {"Comments": COMMENT_STATES, "Answers": ANSWER_STATES, "Ask box": ("private",)}
FILTERS = ("q", "site", "page", "state", "author", "before")
LABELS: Mapping[str, str] = {
    "pending": "awaiting approval",
    "private": "only the asker sees it",
    "streaming": "being written",
    "done": "answered",
}


@cache
def _environment() -> Environment:
    # Imported at the first page: a server that nobody administers does not pay for it.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(FOLDER / "templates"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters |= {
        "cost": cost,
        "number": number,
        "duration": duration,
        "label": lambda state: LABELS.get(state, state),
    }
    return environment


def render(template: str, **values: Any) -> str:
    """The page's HTML; everything in `values` is escaped unless the template says that it is safe."""
    return _environment().get_template(template).render(**values)


def cost(microusd: int | None) -> str:
    """US dollars from millionths: `$0.0012`, `$1.25`, `under $0.0001`, a dash where the price is not known."""
    if microusd is None:
        return "–"
    dollars = microusd / 1_000_000
    if 0 < microusd < 100:
        return "under $0.0001"
    return "$0" if not microusd else f"${dollars:,.2f}" if dollars >= 1 else f"${dollars:.4f}"


def duration(milliseconds: int | None) -> str:
    """How long something took: `640 ms`, `2.4 s`, a dash where it did not happen."""
    if milliseconds is None:
        return "–"
    return f"{milliseconds} ms" if milliseconds < 1_000 else f"{milliseconds / 1_000:,.1f} s"


def number(value: int) -> str:
    """A count with separators."""
    return f"{value:,}"


def day_start(now: int, timezone: str) -> int:
    """When the current day began there, in milliseconds; right on days of 23 or 25 hours too."""
    start = next_midnight(now - 2 * 86_400_000, timezone)
    while (following := next_midnight(start, timezone)) <= now:
        start = following
    return start


def clean_query(query: Mapping[str, str]) -> dict[str, str]:
    """The log's own filters out of a query, without empty ones."""
    texts = {name: query.get(name, "").replace("\x00", "").strip() for name in FILTERS}
    return {name: text for name, text in texts.items() if text}


def read_filter(query: Mapping[str, str]) -> Filter:
    """What a cleaned query asks for. Raises BadRequest for a state or a place in the log that does not exist."""
    state = query.get("state", "")
    if state and not any(state in states for states in STATES.values()):
        raise BadRequest("validation_failed", "There is no such state.")
    before = None
    if "before" in query:
        match = re.fullmatch(r"([0-9]{1,15})\.([01])\.([A-Za-z0-9_-]{1,64})", query["before"])
        if match is None:
            raise BadRequest("validation_failed", "There is no such place in the log.")
        before = (int(match[1]), int(match[2]), match[3])
    return Filter(
        query.get("q", "")[:SEARCH_LIMIT], query.get("page", "")[:PAGE_LIMIT], state, query.get("author", ""), before
    )


def address(base: str, query: Mapping[str, str], **changes: str | None) -> str:
    """The log's address with some filters changed; None takes one away."""
    values = {name: text for name, text in {**query, **changes}.items() if text}
    return f"{base}/admin/" + (f"?{urlencode(values)}" if values else "")


def local_time(moment: int, timezone: str) -> str:
    """A moment in milliseconds as it is read there: `5 Mar 2026, 14:30`."""
    return f"{datetime.fromtimestamp(moment // 1000, ZoneInfo(timezone)):%-d %b %Y, %H:%M}"


def show(entry: Entry, timezone: str) -> dict[str, Any]:
    """One entry as the template shows it."""
    is_ai = entry.author_kind == "ai"
    running = entry.answer_state in RUNNING
    name = entry.author_name.strip()
    kinds = {
        "comment": "Reply in the thread" if is_ai else "Comment",
        "question": "Private question",
        "answer": "Private answer",
    }
    return {
        "entry": entry,
        "kind": kinds[entry.entry],
        "author": "AI" if is_ai else name or "Guest",
        "asker": (name or "a guest") if entry.entry == "answer" else "",
        "author_kind": "" if is_ai or not name else {"user": "member"}.get(entry.author_kind, entry.author_kind),
        "url": entry.url if urlsplit(entry.url).scheme in ("http", "https") else "",
        "iso": iso(entry.at),
        "time": local_time(entry.at, timezone),
        "zone": timezone,
        "can_hide": entry.entry == "comment" and entry.state in ("published", "pending"),
        "can_restore": entry.entry == "comment" and entry.state in ("hidden", "pending") and not running,
    }
