"""Words that an owner does not want answered or said."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from .unseen import strip_hidden


def first_blocked(text: str, words: Sequence[str]) -> str | None:
    """The first of the words that is in the text, whatever its case and with no characters hidden between; or None.

    Words of Latin, Greek or Cyrillic letters count only when they stand alone; in Korean, Japanese and Chinese, where
    words carry their grammar with them, also inside.
    """
    plain = _plain(text)
    for word in words:
        wanted = _plain(word)
        if not wanted:
            continue
        alone = wanted[0] < "\u1100" and wanted[-1] < "\u1100"
        if (re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", plain) is not None) if alone else wanted in plain:
            return word
    return None


def _plain(text: str) -> str:
    return " ".join(strip_hidden(unicodedata.normalize("NFKC", text)).casefold().split())
