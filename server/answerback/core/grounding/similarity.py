"""Whether two questions ask the same, by terms, kind and numbers."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Collection, Sequence

from ..languages import LANGUAGES, either, marks
from ..patterns import lazy
from .terms import terms

THRESHOLD = 0.72
"""From here on an answer is offered for a question that was put in other words: high, since a wrong offer annoys."""
NEAR = 0.35
"""From here on an owner's answer is worth knowing when a question is answered."""
TERMS_LIMIT = 40
CANDIDATES = 20
"""Of the questions that share words with one, those that share the most are looked at."""

_KINDS = tuple((f"?{name}", lazy(pattern, re.IGNORECASE)) for name, pattern in marks())
_NUMBER = lazy(r"\d+(?:[.,:]\d+)*")
_MOMENT = lazy(either(language.moments for language in LANGUAGES), re.IGNORECASE)
_FROM = lazy(either(language.starts for language in LANGUAGES), re.IGNORECASE)
"""What a question starts from, without which "from A to B" is "from B to A"."""


def question_terms(text: str) -> tuple[str, ...]:
    """A question's distinct terms, with markers for what it asks (`?when`), its numbers (`#3`), and its days, seasons
    and origins (`@sunday`, `@from harbour`); at most `TERMS_LIMIT`."""
    marks = [name for name, pattern in _KINDS if pattern.search(text)]
    numbers = [f"#{number}" for number in _NUMBER.findall(text)]
    moments = [f"@{moment.lower()}" for moment in _MOMENT.findall(text)]
    starts = [
        f"@from {term}" for found in _FROM.finditer(text) for term in terms("".join(filter(None, found.groups())))[:1]
    ]
    return tuple(dict.fromkeys([*marks, *numbers, *moments, *starts, *terms(text)]))[:TERMS_LIMIT]


def sameness(wanted: Collection[str], found: Collection[str], weight: Callable[[str], float]) -> float:
    """`similarity`, but 0 if the questions name different days or origins, or each has words the other lacks: "by
    phone" and "by mail" may be all that distinguishes two long questions."""
    one, other = set(wanted), set(found)
    if _marks(one, "@") != _marks(other, "@") or (_words(one) - other and _words(other) - one):
        return 0.0
    return similarity(one, other, weight)


def similarity(wanted: Collection[str], found: Collection[str], weight: Callable[[str], float]) -> float:
    """0 to 1: the weight of shared terms relative to all terms. 0 if the questions ask for different kinds of things or
    name different numbers."""
    one, other = set(wanted), set(found)
    if any(_marks(one, mark) != _marks(other, mark) for mark in "?#"):
        return 0.0
    one, other = _words(one), _words(other)
    if not one or not other:
        return 0.0
    return sum(map(weight, one & other)) / sum(map(weight, one | other))


def alike(texts: Sequence[str]) -> list[list[int]]:
    """Groups questions that ask the same. Returns their positions, each in one group, in order of first occurrence."""
    terms_of = [question_terms(text) for text in texts]
    counts = Counter(term for terms in terms_of for term in terms)

    def weight(term: str) -> float:
        return max(0.5, math.log(1 + (len(texts) - counts[term] + 0.5) / (counts[term] + 0.5)))

    groups: list[list[int]] = []
    found_by: dict[str, list[int]] = {}
    spelt: dict[str, int] = {}
    for place, own in enumerate(terms_of):
        spelling = " ".join(texts[place].split()).lower()
        shared = Counter(group for word in _words(set(own)) for group in found_by.get(word, ()))
        near = [group for group, _ in shared.most_common(CANDIDATES)]
        scores = {group: sameness(own, terms_of[groups[group][0]], weight) for group in near}
        best = max(scores, key=scores.__getitem__, default=None)
        if spelling not in spelt and best is not None and scores[best] >= THRESHOLD:
            spelt[spelling] = best
        if spelling not in spelt:
            spelt[spelling] = len(groups)
            for word in _words(set(own)):
                found_by.setdefault(word, []).append(len(groups))
            groups.append([])
        groups[spelt[spelling]].append(place)
    return groups


def _marks(terms: set[str], mark: str) -> set[str]:
    return {term for term in terms if term[0] == mark}


def _words(terms: set[str]) -> set[str]:
    return {term for term in terms if term[0] not in "?#@"}
