"""Verifies quotes: each is found verbatim in its page, or dropped."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from ..answering import Passage, Source
from .passages import columns_of

_LIKE = ("'‘’‚‛′", '"“”„‟«»″', "-‐‑‒–—−⁻₋")
"""What stands for the first of each when a quote is compared, here as in the widget (tests/golden/quotes.json)."""
_FOLDED = {sign: signs[0] for signs in _LIKE for sign in signs}
_DROPPED = frozenset("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufe0e\ufe0f\ufeff")


def _fold(text: str) -> tuple[str, list[int]]:
    """The normalised text, and each of its characters' position in the original."""
    letters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        if character in _DROPPED:
            continue
        if character.isspace():
            if letters and letters[-1] == " ":
                continue
            character = " "
        like = _FOLDED.get(character) or unicodedata.normalize("NFKD", character)
        for letter in like.upper().lower():
            letters.append(letter)
            places.append(place)
    return "".join(letters), places


class Folded:
    """A text normalised once, to search quotes in."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._folded, self._places = _fold(text)

    def verify(self, quote: str) -> str | None:
        """The text's own wording of a quote, compared without regard to whitespace, quotation marks and dashes; None if
        absent."""
        wanted = _fold(quote)[0].strip()
        begin = self._folded.find(wanted) if wanted else -1
        while begin >= 0 and not self._ends_whole(begin + len(wanted)):
            begin = self._folded.find(wanted, begin + 1)
        if begin < 0:
            return None
        return self._text[self._places[begin] : self._places[begin + len(wanted) - 1] + 1]

    def _ends_whole(self, end: int) -> bool:
        """Whether the match ends at a character boundary: `e` does not match the start of `é`, nor half a Hangul
        syllable the whole."""
        return end == len(self._folded) or (
            self._places[end] != self._places[end - 1] and not unicodedata.combining(self._folded[end])
        )


def verify(quote: str, text: str) -> str | None:
    """`Folded.verify` for a text that is searched once."""
    return Folded(text).verify(quote)


def holding(sources: Sequence[Source], passages: Sequence[Passage]) -> tuple[Source, ...]:
    """The sources found verbatim in a passage of the page they name, in the page's own wording."""
    held: list[Source] = []
    folded = [(passage.url, columns_of(passage), Folded(passage.text)) for passage in passages]
    for source in sources:
        texts = ((columns, text) for url, columns, text in folded if url == source.url)
        words = next(filter(None, (_verified(source.quote, *text) for text in texts)), None)
        if words and all(words != known.quote or source.url != known.url for known in held):
            held.append(Source(words, source.url, source.title))
    return tuple(held)


def _verified(quote: str, columns: str, text: Folded) -> str | None:
    """A quote's wording in a passage; table rows include their column names."""
    if not columns or not quote.startswith(f"{columns}\n"):
        return text.verify(quote)
    rows = text.verify(quote.removeprefix(columns))
    return f"{columns}\n{rows}" if rows else None
