"""Checks a comment or an edit before it is written.

`Posting` asks twice: it awaits `judge` before the write, for slow checks (a text filter, a reputation service, a
model), and runs the returned work inside the write, for what the database knows about the author and the page: no extra
transaction, and no race between check and write. All reasons are stored beside the comment, whatever the verdict. A
signal without reasons must be fast, since every comment passes here, and must read along an index (`tests/cost`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

from ...core.approval import Reason, Rules, Standing, broken, needs_standing
from ...core.model import Visitor
from ...db.work import Work
from ...sites.settings import Site
from .. import store


@dataclass(frozen=True, slots=True)
class Submission:
    """A submitted comment or edit."""

    site: Site
    page: str
    url: str
    body: str
    html: str
    name: str
    address_key: str
    """The keyed hash of its IP address, which changes daily (`net/addresses.py`)."""
    now: int
    parent_id: str | None = None
    edited: str | None = None
    """The comment that an edit changes; None for a new comment."""
    address: str = ""
    """The full IP address, for external services; not stored."""
    agent: str = ""
    sent: Mapping[str, Any] = field(default_factory=dict)
    """The call's body, unvalidated: a signal reads its own fields here (a signed time, a hidden field, a proof)."""


Look = Callable[[Visitor, str | None], Work[Sequence[Reason]]]
"""The checks left for the write, about the author and the page's own rule (`threads.moderation`; None for the
site's)."""


class Signal(Protocol):
    """Gives reasons to hold, reject or suspect a comment, or none."""

    async def judge(self, submission: Submission) -> Look:
        """Called before the write, without locks. Returns database work that yields all reasons."""
        ...


def nothing(author: Visitor, page_holds: str | None) -> Work[Sequence[Reason]]:
    """No statements and no reasons."""
    return ()
    yield


class Screening:
    """Asks all signals, the site's rules first."""

    def __init__(self, signals: Sequence[Signal] = ()) -> None:
        self._signals = (SiteRules(), *signals)

    async def judge(self, submission: Submission) -> list[Look]:
        """Does slow work before the write; returns the rest, to run within it."""
        return [await signal.judge(submission) for signal in self._signals]


class SiteRules:
    """The owner's approval rules."""

    async def judge(self, submission: Submission) -> Look:
        """Applies the rules within the write, once the page is known."""
        return partial(self._look, submission)

    def _look(self, submission: Submission, author: Visitor, page_holds: str | None) -> Work[Sequence[Reason]]:
        rules = rules_of(submission.site, page_holds)
        if not rules.holds or author.kind == "owner":
            return ()
        standing = None
        if needs_standing(rules) and submission.edited is None:
            published, since = yield from store.standing(author.id, max(1, rules.first_comments))
            standing = Standing(published, submission.now - since)
        return broken(rules, submission.body, standing)


def rules_of(site: Site, page_holds: str | None) -> Rules:
    """A page's approval rules: its own, else the site's."""
    holds = site.moderation if page_holds is None else frozenset(page_holds.split(","))
    return Rules(holds - {"none"}, site.first_comments, site.first_days, site.hold_links, site.hold_words)
