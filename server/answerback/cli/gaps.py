"""`answerback gaps`: lists what a site should cover, from questions it could not answer."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..settings import Settings
from .console import command, say, with_database
from .sites import site_of

if TYPE_CHECKING:
    from ..answers.gaps import Gap


def add_to(commands: Any) -> None:
    """Adds `gaps`."""
    gaps = command(commands, "gaps", _gaps, "what a site should say: unanswered questions, and where an answer belongs")
    gaps.add_argument("key")
    gaps.add_argument("--format", choices=("md", "json"), default="md")
    gaps.add_argument("--json", action="store_const", const="json", dest="format", help="as --format json")


def _gaps(settings: Settings, options: argparse.Namespace) -> int:
    from ..answers.gaps import gaps_of
    from ..answers.gaps_store import unanswered

    site = site_of(settings, options.key)

    async def look(db: Any) -> list[Gap]:
        items = await db.read(lambda: unanswered([site.key]))
        found: list[Gap] = await db.read(lambda: gaps_of(items))
        return found

    gaps = with_database(settings, look)
    if options.format == "json":
        print(json.dumps([gap.public() for gap in gaps], ensure_ascii=False))
    elif gaps:
        print(markdown(site.name or site.key, gaps))
    else:
        say(f"Nothing that {site.key} was asked is missing from its pages.")
    return 0


def markdown(name: str, gaps: Sequence[Gap]) -> str:
    """Renders the gaps as a Markdown document for the site's authors."""
    parts = [f"# {name}: unanswered questions"]
    for gap in gaps:
        told = gap.public()
        times = "once" if told["asked"] == 1 else f"{told['asked']} times"
        where = f"[{gap.place.title or gap.place.url or told['pages'][0]}]({gap.place.url})"
        under = f", under “{gap.place.heading}”" if gap.place.heading else ""
        by = "your own answer in the thread" if gap.by_owner else "a visitor’s reply; check it"
        source = f" The sentence is {by}." if gap.sentence else " Nobody has answered it: write a sentence."
        fence = "`" * max(3, 1 + max((len(run) for run in _backticks(gap.diff)), default=0))
        parts.append(
            f"## {' '.join(gap.group.newest.question.split())}\n\n"
            f"Asked {times}, last on {told['last_asked_at'][:10]}. Belongs on {where}{under}.{source}\n\n"
            f"{fence}diff\n{gap.diff}\n{fence}"
        )
    return "\n\n".join(parts)


def _backticks(text: str) -> list[str]:
    return [run for run in "".join(c if c == "`" else " " for c in text).split() if run]
