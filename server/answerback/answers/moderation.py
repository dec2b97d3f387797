"""Moderation of questions and answers: the owner's blocked words, and the provider's moderation model."""

from __future__ import annotations

from typing import Literal

from ..core.blocked_words import BlockedWordFilter, blocked_words
from ..sites.settings import Site
from .providers import Moderator

Verdict = Literal["passed", "blocked", "unchecked", "off"]


class AnswerModeration:
    """Checks texts by a site's `answer_moderation` setting. What is not checked passes, and its record says so."""

    def __init__(self, moderator: object) -> None:
        self._moderator = moderator if isinstance(moderator, Moderator) else None

    async def check(self, site: Site, text: str) -> Verdict:
        """The verdict on a whole text."""
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
        """For an answer that is coming."""
        return ModeratedStream(self, site)


class ModeratedStream:
    """Lets an answer through to its readers as far as it is checked: but for what may be the beginning of a blocked
    word as it comes, or whole at its end where moderation is to see it first."""

    def __init__(self, moderation: AnswerModeration, site: Site) -> None:
        self._moderation = moderation
        self._site = site
        self._words = BlockedWordFilter(blocked_words(site.blocked_words))
        self._passed: list[str] = []
        self._shown = 0

    @property
    def blocked(self) -> bool:
        """Whether no more needs to come."""
        return self._words.blocked

    @property
    def unsaid(self) -> str:
        """What has come and was not let through."""
        return "".join(self._passed[self._shown :]) + self._words.held

    def hear(self, piece: str) -> str:
        """What readers may read now that this piece has come, maybe nothing."""
        if self._site.answer_moderation == "off":
            return piece
        passed = self._words.hear(piece)
        self._passed.append(passed)
        if self._site.answer_moderation == "moderation":
            return ""
        self._shown = len(self._passed)
        return passed

    async def end(self) -> Verdict:
        """The verdict on all that has come; when it has passed, readers may read what is `unsaid`."""
        if self.blocked:
            return "blocked"
        return await self._moderation.check(self._site, "".join(self._passed) + self._words.held)
