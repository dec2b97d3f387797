"""Checks a comment or an edit before it is written.

`Posting` asks twice: `judge` is awaited before the write, for what takes time or another server (a text filter, a
reputation service, a model); what it gives back runs inside the write, for what the database knows of the author and
the page, so that it costs no transaction of its own and nobody slips by between looking and writing. All reasons are
kept beside the comment, whatever the verdict.

A signal must be quick where it has nothing to say: every comment passes here. What it reads it reads along an index
(`tests/cost`).
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
    """The keyed hash of the address that it came from, which changes daily (`net/addresses.py`)."""
    now: int
    parent_id: str | None = None
    edited: str | None = None
    """The comment that it changes; None for a new one."""
    address: str = ""
    """In full, for those who know addresses by their own lists; it is not kept."""
    agent: str = ""
    sent: Mapping[str, Any] = field(default_factory=dict)
    """The body of the call, unchecked: a signal reads its own fields here (a signed time, a hidden field, a proof)."""


Look = Callable[[Visitor, str | None], Work[Sequence[Reason]]]
"""What is still to be asked within the write, of the author and of the page's own rule (`threads.moderation`; None for
the site's)."""


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
