"""A question's context: the question before it, and today's date."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from ..languages import LANGUAGES, either, phrases
from .terms import word_count

SHORT = 3
"""A question of so few words that say something may lean on the one before it."""
CONTEXT_LIMIT = 300
"""Characters of the question before."""
_LEANS = re.compile(either(language.leans for language in LANGUAGES), re.IGNORECASE)
_WEEKEND = 5
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def context_of(question: str, before: Sequence[str], now: datetime) -> str:
    """Further search words for a question: those of the previous question if it depends on it, and the names of the
    days it calls today or tomorrow. Usually empty."""
    words = []
    if before and (_LEANS.search(question) or word_count(question) <= SHORT):
        words.append(before[-1][:CONTEXT_LIMIT])
    for name, ahead in (("today", 0), ("tomorrow", 1)):
        if _called(name).search(question):
            day = now + timedelta(days=ahead)
            names = [_DAYS[day.weekday()], "weekend" if day.weekday() >= _WEEKEND else "weekday"]
            words += sorted(phrase for name in names for phrase in phrases(name))
    return " ".join(words)


def _called(name: str) -> re.Pattern[str]:
    listed = sorted(phrases(name), key=len, reverse=True)
    return re.compile(
        "|".join(rf"\b{re.escape(word)}\b" if word.isascii() else re.escape(word) for word in listed), re.IGNORECASE
    )
