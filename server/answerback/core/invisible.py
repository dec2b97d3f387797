"""Characters that a person does not see and a model reads: a way to hide orders in a text."""

from __future__ import annotations

import re

from .comments import clean_text

_UNSEEN = re.compile(
    "[\u0080-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u2800"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]"
)
_JOINED = "\u0600-\u109f\u1780-\u18af\u1900-\u1cff\ua800-\uabff\u2190-\u2bff\U00011000-\U000119ff\U0001f000-\U0001faff"
_JOINERS = ("\u200c", "\u200d")
_IDLE_JOINERS = re.compile(f"(?<![{_JOINED}])[\u200c\u200d]+")
"""Joiners after what is never joined: Arabic, Indic and Khmer letters need them, and pictures that are put together."""


class VisibleText:
    """As `strip_hidden`, but for the trimming, of a text that comes piece by piece."""

    def __init__(self) -> None:
        self._last = ""
        """What decides of the joiners to come."""

    def of(self, piece: str) -> str:
        """What can be seen of the next piece, maybe nothing."""
        seen = self._last + _UNSEEN.sub("", piece)
        shown = _IDLE_JOINERS.sub("", seen)[len(self._last) :]
        said = self._last + shown
        self._last = said[-2:] if said[-1:] in _JOINERS else said[-1:]
        return shown


def strip_hidden(text: str) -> str:
    """A text with only what can be seen in it, trimmed."""
    return clean_text(_IDLE_JOINERS.sub("", _UNSEEN.sub("", text)))
