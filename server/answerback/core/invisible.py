"""Invisible characters, which could hide instructions in a text."""

from __future__ import annotations

import re

from .comments import clean_text

_UNSEEN = re.compile(
    "[\u0080-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u2800"
    "\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0080-\U000e0fff]"
)
_PICTURES = re.compile(
    "[#*0-9\u00a9\u00ae\u203c\u2049\u2100-\u214f\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
)
"""What has a second look, which a selector chooses."""
_JOINED = re.compile(
    "[\u0600-\u109f\u1780-\u18af\u1900-\u1cff\ua800-\uabff\u2190-\u2bff\ufe0f\U00011000-\U000119ff\U0001f000-\U0001faff]"
)
"""What joiners stand behind: Arabic, Indic and Khmer letters, and pictures that are put together."""
_BEHIND = "\ufe0e\ufe0f\u200c\u200d"
_RUN = re.compile(f"(^|[^{_BEHIND}])([{_BEHIND}]+)")
_LAST = re.compile(f"[^{_BEHIND}][{_BEHIND}]*$")
_FLAGS = re.compile(
    "(\U0001f3f4\U000e0067\U000e0062"
    "(?:\U000e0065\U000e006e\U000e0067|\U000e0073\U000e0063\U000e0074|\U000e0077\U000e006c\U000e0073)\U000e007f)"
    "|[\U000e0000-\U000e007f]"
)
"""The flags of England, Scotland and Wales, which are all that is written with tags."""
_MAYBE_FLAG = re.compile("\U0001f3f4[\U000e0020-\U000e007e]{0,5}$")


def visible(text: str) -> str:
    """The text without what cannot be seen of it, not trimmed."""
    return _RUN.sub(_at_work, _FLAGS.sub(lambda flag: flag[1] or "", _UNSEEN.sub("", text)))


def _at_work(run: re.Match[str]) -> str:
    """A character with the selectors and joiners behind it that take effect."""
    kept = run[1]
    for sign in run[2]:
        if (_PICTURES if sign in "\ufe0e\ufe0f" else _JOINED).match(kept[-1:]):
            kept += sign
    return kept


class VisibleText:
    """`strip_hidden` for a streamed text, without trimming."""

    def __init__(self) -> None:
        self._last = ""
        """What decides of the selectors and joiners to come."""
        self._flag = ""
        """What may yet become a flag."""

    def of(self, piece: str) -> str:
        """The visible part of the next piece; may be empty."""
        if not self._flag and piece.isascii() and piece:
            self._last = piece[-1]
            return piece
        text = self._flag + piece
        flag = _MAYBE_FLAG.search(text)
        self._flag = flag[0] if flag else ""
        text = text[: len(text) - len(self._flag)]
        shown = visible(self._last + text)[len(self._last) :]
        said = self._last + shown
        last = _LAST.search(said)
        self._last = last[0].replace("\U000e007f", ".") if last else ""
        return shown


def strip_hidden(text: str) -> str:
    """The visible part of a text, trimmed."""
    return clean_text(text if text.isascii() else visible(text))
