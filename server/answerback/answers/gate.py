"""The gate before and after an answer: words of the owner's, and the provider's own moderation."""

from __future__ import annotations

from typing import Literal

from ..core.words import first_blocked
from ..sites.settings import Site
from .providers import Moderator

Verdict = Literal["passed", "blocked", "unchecked"]


class Gate:
    """Checks texts by a site's `gate` setting. What cannot be checked passes, and its record says so."""

    def __init__(self, moderator: object) -> None:
        self._moderator = moderator if isinstance(moderator, Moderator) else None

    async def check(self, site: Site, text: str) -> Verdict:
        """The verdict on a question or an answer."""
        if site.gate == "off" or not text:
            return "passed"
        if first_blocked(text, site.blocked_words) is not None:
            return "blocked"
        if site.gate == "words":
            return "passed"
        flagged = await self._moderator.moderate(text) if self._moderator is not None else None
        return "unchecked" if flagged is None else "blocked" if flagged else "passed"
