"""Sources that hold: words of a page that an answer rests on, found verbatim in it, or dropped."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from ..answering import Passage, Source
from ..languages import LANGUAGES, either
from .passages import columns_of
from .quoting import best_quotes
from .sentences import sentences
from .terms import terms

MARKER = re.compile(r"\s?[\[【](?:[Pp]assages?\s)?(\d{1,2}(?:\s?[,;–-]\s?\d{1,2}){0,5})[\]】](?!\()")
_RANGE = re.compile(r"(\d{1,2})(?:\s?[–-]\s?(\d{1,2}))?")
_CODE_OR_MARKER = re.compile(rf"```.*?```|`[^`\n]*`|{MARKER.pattern}", re.DOTALL)
_CLAIM_END = re.compile(r"(?<=[.!?。！？])\s|\n")
_SPOKEN = re.compile(r"[\"“”«»「『]([^\"“”«»「」『』\n]{12,400})[\"“”«»」』]")
_UNSUPPORTED = re.compile(either(language.unsaid for language in LANGUAGES), re.IGNORECASE)
_LIKE = ("'‘’‚‛′", '"“”„‟«»″', "-‐‑‒–—−⁻₋")
"""What stands for the first of each when a quote is compared, here as in the widget (tests/golden/quotes.json)."""
_FOLDED = {sign: signs[0] for signs in _LIKE for sign in signs}
_DROPPED = frozenset("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufe0e\ufe0f\ufeff")
_SILENT = re.compile(either(language.silent for language in LANGUAGES), re.IGNORECASE)
"""What rests on no passage, whatever it marks: stricter than the above, as a site may say what it does not give."""
_EVEN_SO = re.compile(either(language.even_so for language in LANGUAGES), re.IGNORECASE)
"""What leads from that which is not said to that which is."""
OVERLAP = 0.5
MOST_SOURCES, MOST_MARKERS = 5, 30
CLAIM_LIMIT = 600
"""Characters before a marker that may be the statement it belongs to."""


def _fold(text: str) -> tuple[str, list[int]]:
    """The text as it is compared, and where each of its characters stands in the original."""
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
    """A text that quotes are looked for in, folded once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._folded, self._places = _fold(text)

    def verify(self, quote: str) -> str | None:
        """The text's own wording of a quote, alike but for space, quotation marks and dashes; None when it is not
        there."""
        wanted = _fold(quote)[0].strip()
        begin = self._folded.find(wanted) if wanted else -1
        while begin >= 0 and not self._ends_whole(begin + len(wanted)):
            begin = self._folded.find(wanted, begin + 1)
        if begin < 0:
            return None
        return self._text[self._places[begin] : self._places[begin + len(wanted) - 1] + 1]

    def _ends_whole(self, end: int) -> bool:
        """Whether no character goes on there: `é` is no `e`, nor is half a syllable one."""
        return end == len(self._folded) or (
            self._places[end] != self._places[end - 1] and not unicodedata.combining(self._folded[end])
        )


def verify(quote: str, text: str) -> str | None:
    """As `Folded.verify`, in a text that is looked at once."""
    return Folded(text).verify(quote)


def says_unsupported(text: str) -> bool:
    """Whether an answer says that the page does not say."""
    return _UNSUPPORTED.search(text) is not None


def cited_sources(text: str, passages: Sequence[Passage]) -> tuple[str, tuple[Source, ...]]:
    """An answer's text with its markers renumbered, and its sources in that order.

    `[n]` (or `[n, m]`, `[n-m]`) means the n-th passage, of which the words that best support the marked statement are
    quoted; markers of no passage are dropped, and those of a statement that the page does not say; code is left alone.
    Words in quotation marks that stand in a passage count as well. Without either, sentences of the passages that share
    most of their words with the answer. An answer that says that the page does not say, and marks nothing, has no
    sources.
    """
    sources: list[Source] = []
    seen = 0

    def number_of(passage: Passage, claim: str) -> int | None:
        source = Source(_supporting(claim, passage), passage.url, passage.title)
        if source not in sources:
            if len(sources) == MOST_SOURCES:
                return None
            sources.append(source)
        return sources.index(source) + 1

    def renumber(match: re.Match[str]) -> str:
        nonlocal seen
        if match[1] is None:
            return match[0]
        seen += 1
        if seen > MOST_MARKERS:
            return ""
        claim = _CLAIM_END.split(MARKER.sub("", text[max(0, match.start() - CLAIM_LIMIT) : match.start()]).rstrip())[-1]
        wanted = [] if _SILENT.search(claim) and not _EVEN_SO.search(claim) else _numbers(match[1])
        known = [
            number_of(passages[number - 1], claim) for number in dict.fromkeys(wanted) if 1 <= number <= len(passages)
        ]
        marks = "".join(f"[{number}]" for number in dict.fromkeys(known) if number)
        return f" {marks}" if marks and match[0][0].isspace() else marks

    clean = _CODE_OR_MARKER.sub(renumber, text)
    _add_spoken(clean, passages, sources)
    if not sources and not says_unsupported(clean):
        sources = _overlapping(clean, passages)
    return clean, tuple(sources)


def _add_spoken(text: str, passages: Sequence[Passage], sources: list[Source]) -> None:
    """Words in quotation marks that stand in a passage."""
    folded: list[Folded] = []
    for match in _SPOKEN.finditer(text):
        if len(sources) == MOST_SOURCES:
            return
        folded = folded or [Folded(passage.text) for passage in passages]
        for passage, known in zip(passages, folded, strict=True):
            words = known.verify(match[1])
            if words and all(words not in source.quote for source in sources):
                sources.append(Source(words, passage.url, passage.title))
                break


def _numbers(marker: str) -> list[int]:
    """The numbers of `1, 3-5`."""
    found: list[int] = []
    for match in _RANGE.finditer(marker):
        first = int(match[1])
        found += range(first, max(first, int(match[2] or first)) + 1)
    return found


def holding(sources: Sequence[Source], passages: Sequence[Passage]) -> tuple[Source, ...]:
    """The sources that hold: their words stand in a passage of the page they name; in the page's own wording."""
    held: list[Source] = []
    folded = [(passage.url, columns_of(passage), Folded(passage.text)) for passage in passages]
    for source in sources:
        texts = ((columns, text) for url, columns, text in folded if url == source.url)
        words = next(filter(None, (_verified(source.quote, *text) for text in texts)), None)
        if words and all(words != known.quote or source.url != known.url for known in held):
            held.append(Source(words, source.url, source.title))
    return tuple(held)


def _verified(quote: str, columns: str, text: Folded) -> str | None:
    """The wording of a quote in a passage: of rows of a table below the names of its columns, where it has them."""
    if not columns or not quote.startswith(f"{columns}\n"):
        return text.verify(quote)
    rows = text.verify(quote.removeprefix(columns))
    return f"{columns}\n{rows}" if rows else None


def _supporting(claim: str, passage: Passage) -> str:
    """The words of a passage that best support a claim; its first sentence when nothing is shared."""
    found = best_quotes(claim, [passage], 1).quotes
    return found[0].text if found else next(iter(sentences(passage.text)), passage.text)


def _overlapping(text: str, passages: Sequence[Passage]) -> list[Source]:
    said = set(terms(text))
    scored = []
    for passage in passages:
        for sentence in sentences(passage.text):
            found = set(terms(sentence))
            share = len(found & said) / len(found) if len(found) >= 3 else 0.0
            if share >= OVERLAP:
                scored.append((share, sentence, passage))
    scored.sort(key=lambda item: -item[0])
    return [Source(sentence, passage.url, passage.title) for _, sentence, passage in scored[:2]]
