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
    """Whether a text greets, thanks or takes leave, and nothing more; pictures and signs alone are no more than that.

    What is put as a question has to be one of these through and through: "How are you?" is, "Is it a great guide?" not.
    """
    if len(text) > LENGTH_LIMIT:
        return False
    said = _spoken(_MENTION.sub(" ", text))
    courtesy, beside = _patterns()
    left = courtesy.sub(" ", said)
    if not _ASKED.search(text):
        left = beside.sub(" ", left) if left != said else left
    return bool(text.strip()) and not left.strip()


def _spoken(text: str) -> str:
    """The words of a text as they are compared."""
    text = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    return " ".join(_SHOWN.sub(" ", text).split())


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Courtesies, and what may stand beside one."""
    return _any_of(phrases("courtesies")), _any_of(phrases("beside_courtesies"))


def _any_of(phrases: Iterable[str]) -> re.Pattern[str]:
    """The longest first, so that none is cut short. Words of letters that are written apart stand alone; those of other
    scripts may follow each other."""
    listed = sorted(map(_spoken, phrases), key=len, reverse=True)
    apart = "|".join(re.escape(phrase) for phrase in listed if phrase[0] < "\u0e00")
    joined = "|".join(re.escape(phrase) for phrase in listed if phrase[0] >= "\u0e00")
    return re.compile(rf"\b(?:{apart})\b|{joined}")
