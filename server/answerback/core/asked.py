"""Whether two questions ask the same: by their terms, by what kind of thing they ask for, and by their numbers."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Collection, Sequence

from .ranking import terms

THRESHOLD = 0.72
"""From here on an answer is offered for a question that was put in other words: high, since a wrong offer annoys."""
NEAR = 0.35
"""From here on an owner's answer is worth knowing when a question is answered."""
TERMS_LIMIT = 40
CANDIDATES = 20
"""Of the questions that share words with one, those that share the most are looked at."""

_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (f"?{name}", re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        ("when", r"\bwhen\b|\bwhat (?:time|day|date|year)\b|\bhours?\b|언제|몇\s?(?:시|년|월|일)|며칠"),
        ("where", r"\bwhere\b|어디"),
        ("who", r"\bwho(?:m|se)?\b|누가|누구"),
        ("why", r"\bwhy\b|왜|이유"),
        ("amount", r"\bhow (?:much|many|long|far|old|often|big|tall)\b|\bprice\b|\bcosts?\b|얼마|몇|가격"),
        ("how", r"\bhow (?:do|does|can|to|should|is|are|did)\b|어떻게"),
        ("not", r"\bnot\b|n['’]t\b|\bnever\b|\bwithout\b|안\s|못\s|없"),
    )
)
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")


def question_terms(text: str) -> tuple[str, ...]:
    """A question's terms, each once, with marks such as `?when` for what it asks for; at most `TERMS_LIMIT`."""
    marks = [name for name, pattern in _KINDS if pattern.search(text)]
    numbers = [f"#{number}" for number in _NUMBER.findall(text)]
    return tuple(dict.fromkeys([*marks, *numbers, *terms(text)]))[:TERMS_LIMIT]


def similarity(wanted: Collection[str], found: Collection[str], weight: Callable[[str], float]) -> float:
    """0 to 1: the weight of the terms that two questions share, of all that either has.

    0 when they ask for different kinds of things or name different numbers: those are other questions, however alike.
    """
    one, other = set(wanted), set(found)
    if any({term for term in one if term[0] == mark} != {term for term in other if term[0] == mark} for mark in "?#"):
        return 0.0
    one, other = _words(one), _words(other)
    if not one or not other:
        return 0.0
    return sum(map(weight, one & other)) / sum(map(weight, one | other))


def alike(texts: Sequence[str]) -> list[list[int]]:
    """Which of these questions ask the same: their places, each in one group, groups in the order of their first."""
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
        scores = {group: similarity(own, terms_of[groups[group][0]], weight) for group in near}
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


def _words(terms: set[str]) -> set[str]:
    return {term for term in terms if term[0] not in "?#"}
