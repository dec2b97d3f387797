"""Sources that hold: words of a page that an answer rests on, found verbatim in it, or dropped."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from .answering import Passage, Source
from .ranking import terms
from .sentences import sentences

MARKER = re.compile(r"\s?\[(\d{1,2})\]")
_SPOKEN = re.compile(r"[\"“”«»「『]([^\"“”«»「」『』\n]{12,400})[\"“”«»」』]")
_UNSUPPORTED = re.compile(
    r"(?:page|site|article|text) (?:does not|doesn['’]t) (?:say|mention|state|tell|cover)|"
    r"not (?:mentioned|stated|covered) (?:on|in|by) (?:this|the) (?:page|site|article)|"
    r"(?:페이지|사이트|글)(?:에는|에서는|에|은|는)? ?[^.\n]{0,30}(?:나와 있지 않|나오지 않|없습니다|없어요|찾을 수 없)",
    re.IGNORECASE,
)
_FOLDED = {"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "−": "-"}
_DROPPED = {"\u200b", "\u200c", "\u200d", "\ufeff", "\u00ad", "\u2060"}
OVERLAP = 0.5
MOST_SOURCES = 5


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
        for letter in unicodedata.normalize("NFKC", _FOLDED.get(character, character)).casefold():
            letters.append(letter)
            places.append(place)
    return "".join(letters), places


def verify(quote: str, text: str) -> str | None:
    """The page's own wording of a quote, alike but for space, quotation marks and dashes; None when it is not there."""
    folded, places = _fold(text)
    wanted = _fold(quote)[0].strip()
    begin = folded.find(wanted) if wanted else -1
    if begin < 0:
        return None
    return text[places[begin] : places[begin + len(wanted) - 1] + 1]


def says_unsupported(text: str) -> bool:
    """Whether an answer says that the page does not say."""
    return _UNSUPPORTED.search(text) is not None


def cited_sources(text: str, passages: Sequence[Passage]) -> tuple[str, tuple[Source, ...]]:
    """An answer's text with its markers renumbered, and its sources in that order.

    `[n]` means the n-th passage, of which the sentence that best supports the marked words is quoted; markers of no
    passage are dropped. Words in quotation marks that stand in a passage count as well. Without either, sentences of
    the passages that share most of their words with the answer. An answer that says that the page does not say, and
    marks nothing, has no sources.
    """
    sources: list[Source] = []
    numbers: dict[int, int] = {}

    def renumber(match: re.Match[str]) -> str:
        number = int(match[1])
        if not 1 <= number <= len(passages):
            return ""
        if number not in numbers:
            claim = re.split(r"(?<=[.!?。])\s|\n", MARKER.sub("", text[: match.start()]))[-1]
            quote = _supporting(claim, passages[number - 1])
            source = Source(quote, passages[number - 1].url, passages[number - 1].title)
            if len(sources) == MOST_SOURCES:
                return ""
            sources.append(source)
            numbers[number] = len(sources)
        return f" [{numbers[number]}]" if match[0][0].isspace() else f"[{numbers[number]}]"

    clean = MARKER.sub(renumber, text)
    for match in _SPOKEN.finditer(clean):
        for passage in passages:
            words = verify(match[1], passage.text)
            if words and len(sources) < MOST_SOURCES and all(words not in known.quote for known in sources):
                sources.append(Source(words, passage.url, passage.title))
                break
    if not sources and not says_unsupported(clean):
        sources = _overlapping(clean, passages)
    return clean, tuple(sources)


def _supporting(claim: str, passage: Passage) -> str:
    """The sentence of a passage that shares most with a claim; the first one when none shares anything."""
    wanted = set(terms(claim))
    return max(sentences(passage.text), key=lambda sentence: _shared(wanted, sentence), default=passage.text)


def _shared(wanted: set[str], sentence: str) -> float:
    found = set(terms(sentence))
    return len(wanted & found) / (len(found) + 3) if found else 0.0


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
