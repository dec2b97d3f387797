"""Moderation of questions and answers: the owner's blocked words, and the provider's moderation model."""

from __future__ import annotations

from typing import Literal

from ..core.blocked_words import BlockedWordFilter, blocked_words
from ..sites.settings import Site
from .providers import Moderator

Verdict = Literal["passed", "blocked", "unchecked", "off"]


class AnswerModeration:
    """Checks texts by a site's `answer_moderation` setting. Unchecked texts pass, and their record says so."""

    def __init__(self, moderator: object) -> None:
        self._moderator = moderator if isinstance(moderator, Moderator) else None

    async def check(self, site: Site, text: str) -> Verdict:
        """The verdict on a complete text."""
        if site.answer_moderation == "off":
            return "off"
        if not text:
            return "passed"
        if blocked_words(site.blocked_words).first(text) is not None:
            return "blocked"
        if site.answer_moderation == "words":
            return "passed"
        flagged = await self._moderator.moderate(text) if self._moderator is not None else None
        return "unchecked" if flagged is None else "blocked" if flagged else "passed"

    def listen(self, site: Site) -> ModeratedStream:
        """A checker for a streamed answer."""
        return ModeratedStream(self, site)


class ModeratedStream:
    """Passes a streamed answer on as far as it is checked: all but a possible beginning of a blocked word, or
    everything at the end if the provider moderates it."""

    def __init__(self, moderation: AnswerModeration, site: Site) -> None:
        self._moderation = moderation
        self._site = site
        self._words = BlockedWordFilter(blocked_words(site.blocked_words))
        self._passed: list[str] = []
        self._shown = 0

    @property
    def blocked(self) -> bool:
        """Whether the answer is blocked and no more input is needed."""
        return self._words.blocked

    @property
    def unsaid(self) -> str:
        """The text held back so far."""
        return "".join(self._passed[self._shown :]) + self._words.held

    def hear(self, piece: str) -> str:
        """Takes a piece and returns what readers may read, possibly nothing."""
        if self._site.answer_moderation == "off":
            return piece
        passed = self._words.hear(piece)
        self._passed.append(passed)
        if self._site.answer_moderation == "moderation":
            return ""
        self._shown = len(self._passed)
        return passed

    async def end(self) -> Verdict:
        """The verdict on the whole text; if it passed, readers may read `unsaid`."""
        if self.blocked:
            return "blocked"
        return await self._moderation.check(self._site, "".join(self._passed) + self._words.held)
