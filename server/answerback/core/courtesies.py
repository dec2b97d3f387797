"""Recognises greetings and thanks, which are no questions whatever their punctuation."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache

from .languages import phrases

LENGTH_LIMIT = 200
"""Characters; a longer text says something."""
_SHOWN = re.compile(r"[^\w\s'-]|[-_']{2,}|(?<!\w)[-']|[-'](?!\w)")
"""What stands between words and says nothing: punctuation and pictures."""
_ASKED = re.compile("[?？؟]")
_MENTION = re.compile(r"(?:^|\s)@\S+")


def is_courtesy(text: str) -> bool:
    """Whether a text only greets, thanks or says goodbye; emoji and punctuation alone count as such. A question must
    consist of courtesies entirely: "How are you?" does, "Is it a great guide?" does not."""
    if len(text) > LENGTH_LIMIT:
        return False
    said = _spoken(_MENTION.sub(" ", text))
    courtesy, beside = _patterns()
    left = courtesy.sub(" ", said)
    if not _ASKED.search(text):
        left = beside.sub(" ", left) if left != said else left
    return bool(text.strip()) and not left.strip()


def _spoken(text: str) -> str:
    """The normalised words of a text."""
    text = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    return " ".join(_SHOWN.sub(" ", text).split())


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Patterns of courtesies and of what may accompany them."""
    return _any_of(phrases("courtesies")), _any_of(phrases("beside_courtesies"))


def _any_of(phrases: Iterable[str]) -> re.Pattern[str]:
    """An alternation, longest first. Words of scripts with spaces must stand alone; others may follow each other."""
    listed = sorted(map(_spoken, phrases), key=len, reverse=True)
    apart = "|".join(re.escape(phrase) for phrase in listed if phrase[0] < "\u0e00")
    joined = "|".join(re.escape(phrase) for phrase in listed if phrase[0] >= "\u0e00")
    return re.compile(rf"\b(?:{apart})\b|{joined}")
