"""Spam checks before a comment is written: its text, how it was sent, and its sender's history.

Checks without the database and external services run before the write; one statement within it looks up the author,
address and text. Without a spam filter on the site, nothing runs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ...core.approval import Reason
from ...core.model import Visitor
from ...core.spam.forms import FormTime, read_form
from ...core.spam.lists import looked_up
from ...core.spam.near import prints
from ...core.spam.reading import Reading, read
from ...core.spam.signals import HOLD, Evidence, Signal, probability, weigh
from ...db.work import Work
from ...runtime import Runtime
from ...sites.settings import Site
from ..events import CommentEvent
from . import spam_store as store
from .akismet import Described, SpamService
from .attacks import Attacks
from .filters import SpamFilters
from .screening import Look, Submission, nothing

NOTED = 0.3
"""The probability from which signals are stored, even for a published comment."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A comment's spam probability and signals."""

    probability: float
    signals: Sequence[Signal]

    @property
    def held(self) -> bool:
        """Whether the comment is held."""
        return self.probability >= HOLD

    def reasons(self) -> list[Reason]:
        """The reasons in stored form: the verdict, then each signal with its weight."""
        if self.probability < NOTED:
            return []
        verdict = Reason(
            "spam", {"probability": round(self.probability, 3)}, "hold" if self.held else "publish",
            round(self.probability, 3) if self.held else 0.0,
        )  # fmt: skip
        return [verdict, *(Reason(f"spam_{each.name}", each.figures) for each in self.signals)]


class SpamFilter:
    """The spam signal."""

    def __init__(self, runtime: Runtime, filters: SpamFilters, attacks: Attacks, service: SpamService) -> None:
        self._db = runtime.db
        self._keys = runtime.settings.secret_key
        self._filters = filters
        self._attacks = attacks
        self._service = service

    async def judge(self, submission: Submission) -> Look:
        """Judges the text and how it was sent; returns the database work for the rest."""
        site = submission.site
        if not site.spam_filter:
            return nothing
        reading = read(submission.body)
        seen = await self._seen(submission, reading)
        marks = prints(submission.body)

        def look(author: Visitor, _: str | None) -> Work[Sequence[Reason]]:
            if author.kind == "owner" or author.trusted:
                return ()
            return (yield from self._look(submission, author, reading, marks, seen)).reasons()

        return look

    async def attempt(self, site: Site, body: str, now: int) -> Judged:
        """Judges a sample text, its copies and links, as if sent by someone unknown; stores nothing."""
        reading, marks = read(body), prints(body)
        text_filter = await self._filters.get(site.key)
        seen = Evidence(
            log_odds=text_filter.log_odds(reading), because=tuple(text_filter.because(reading)), letters=len(body),
            links=len(reading.hosts), form=FormTime("signed", 60_000),
        )  # fmt: skip
        asked = store.Asked(site.key, "", "", "", marks, looked_up(reading.hosts, ""), now)
        known = await self._db.read(lambda: store.known(asked))
        signals = weigh(replace(seen, repeats=known.repeats, listed=known.listed))
        return Judged(probability(signals), signals)

    async def _seen(self, submission: Submission, reading: Reading) -> Evidence:
        site, sent = submission.site, submission.sent
        text_filter = await self._filters.get(site.key)
        form = read_form(_text(sent.get("form")), site.key, submission.now, self._keys)
        seen = Evidence(
            log_odds=text_filter.log_odds(reading), because=tuple(text_filter.because(reading)),
            letters=len(submission.body), links=len(reading.hosts), trapped=bool(sent.get("homepage")),
            form=FormTime("signed", form.age_ms) if submission.edited and form.state == "missing" else form,
            work="none" if submission.edited else await self._attacks.work(site, sent.get("work"), submission.now),
        )  # fmt: skip
        if site.akismet_key:
            seen = replace(seen, akismet=await self._service.check(site.akismet_key, described(submission)))
        return seen

    def _look(
        self, submission: Submission, author: Visitor, reading: Reading, marks: Sequence[int], seen: Evidence
    ) -> Work[Judged]:
        site = submission.site.key
        known = yield from store.known(
            store.Asked(
                site,
                author.id,
                submission.address_key,
                submission.edited or "",
                marks,
                looked_up(reading.hosts, submission.address),
                submission.now,
            )
        )
        self._filters.saw(site, known.version)
        signals = weigh(
            replace(seen, author=known.author, address=known.address, repeats=known.repeats, listed=known.listed)
        )
        return Judged(probability(signals), signals)


def described(submission: Submission) -> Described:
    """A comment in the terms of Akismet's API."""
    site = submission.site
    return Described(
        site.origins[0], submission.address, submission.agent, submission.name, submission.body, submission.url,
        "reply" if submission.parent_id else "comment", site.lang,
    )  # fmt: skip


def _text(value: Any) -> str:
    return value[:200] if isinstance(value, str) else ""


class SpamPrints:
    """A comment listener that stores fingerprints, so that copies are found."""

    def hear(self, event: CommentEvent) -> Work[Mapping[str, Any]]:
        """Runs in the same write; adds nothing to the response."""
        if event.kind == "posted" and event.site.spam_filter:
            yield from store.keep_prints(event.comment.id, prints(event.comment.body), event.now)
        return {}
