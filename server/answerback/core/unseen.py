"""Characters that a person does not see and a model reads: a way to hide orders in a text."""

from __future__ import annotations

import re

from .comments import clean_text

_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


def strip_hidden(text: str) -> str:
    """A text with only what can be seen in it, trimmed."""
    return clean_text(_UNSEEN.sub("", text))
