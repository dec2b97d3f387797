"""Which words of a page answer a question: BM25 over stems, with what kind of answer is asked for.

BM25 as in Robertson and Zaragoza, "The Probabilistic Relevance Framework" (2009), with k1 = 1.2 and b = 0.5. Korean is
read in stems without particles and in pairs of characters, since its words carry their grammar with them.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from .answering import Passage
from .sentences import sentences

K1, B = 1.2, 0.5
HEADING_WEIGHT = 0.6
QUOTE_LIMIT = 420
_WORD = re.compile(r"[a-z0-9]+(?:['’][a-z]+)?|[\uac00-\ud7a3]+|[\u3040-\u30ff\u3400-\u9fff]+|[^\W\d_]+")
_STOP = frozenset(
    """a an the of to in on at by for from with and or but is are was were be been being am do does did done
    have has had it its this that these those there here i you he she we they me him her us them my your his
    our their as if so not no can could will would should shall may might must please tell know any some
    what which who whom whose when where why how about into than then also just very much many get got let
    say says page site anyone 이 그 저 것 수 등 및 더 좀 요 은 는 가 을 를 의 에 와 과 도 로 무엇 뭐 뭔 무슨
    어떤 어떻게 언제 어디 어디서 누가 누구 왜 얼마 얼마나 몇 있나요 있어요 있는 있다 하나요 해요 하는 되나요
    인가요 인지 알려주세요 알려줘 궁금해요 주세요""".split()
)
_PARTICLES = sorted(
    """으로부터 에서부터 이라고 에게서 한테서 으로서 으로써 까지는 에서는 에서도 으로는 에는 에도 에서 에게
    한테 부터 까지 으로 이라 처럼 보다 마다 라고 이나 이랑 하고 께서 은 는 이 가 을 를 의 에 와 과 도 로 만
    나 랑 요""".split(),
    key=len,
    reverse=True,
)
_ENDINGS = sorted(
    """하였습니다 했습니다 합니다 됩니다 입니다 습니다 되나요 하나요 인가요 했나요 됐나요 였나요 나요 까요
    해요 했어요 돼요 예요 이에요 하는 했던 했다 한다 하기 하고 하면 되는 된다 되면 이다 였다""".split(),
    key=len,
    reverse=True,
)
_SYNONYMS = {
    group[0]: group
    for group in (
        ("price", "cost", "fee", "pay", "expensive", "cheap", "charge"),
        ("open", "hour", "opening", "close", "closed"),
        ("begin", "start", "found", "establish", "open", "launch"),
        ("buy", "purchase", "order", "sell"),
        ("make", "build", "create", "produce", "bake"),
        ("big", "large", "tall", "high", "size", "height"),
        ("가격", "값", "요금", "비용", "얼마", "원"),
        ("시간", "영업", "운영", "열", "닫", "문"),
        ("만들", "제작", "짓", "굽"),
    )
}
_KINDS: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = (
    (
        re.compile(r"\bwhen\b|what (?:time|year|day|date)|how (?:long|old)|언제|몇\s?(?:시|년|월|일)|며칠", re.I),
        re.compile(
            r"\d{1,2}[:.]\d\d|\b1\d{3}\b|\b20\d\d\b|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day|a\.?m\b|p\.?m\b|"
            r"\b(?:january|february|march|april|may|june|july|august|september|october|november|december)\b|"
            r"\d+\s?(?:hours?|minutes?|days?|weeks?|months?|years?|시|분|년|월|일|주|개월)|오전|오후|요일",
            re.I,
        ),
    ),
    (
        re.compile(r"how (?:much|many|far|tall|big|high|often|deep)|몇|얼마", re.I),
        re.compile(r"\d|[$€£₩]|원\b|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|once|twice)\b", re.I),
    ),
    (
        re.compile(r"\bwho(?:m|se)?\b|누가|누구", re.I),
        re.compile(
            r"(?<=[a-z,;] )[A-Z][a-z]+(?: [A-Z][a-z]+)+|\b[A-Z][a-z]+ [A-Z][a-z]+|"
            r"[\uac00-\ud7a3]{2,4}\s?(?:씨|님|가|이|은|는)\b"
        ),
    ),
    (
        re.compile(r"\bwhy\b|왜|이유", re.I),
        re.compile(r"\bbecause\b|\bsince\b|\bso that\b|\bdue to\b|\breason\b|때문|위해|므로|아서|어서|이유|덕분", re.I),
    ),
    (
        re.compile(r"\bwhere\b|어디", re.I),
        re.compile(r"\b(?:in|at|on|near|beside|behind|from)\s(?:the\s)?[A-Z]|에서|앞|옆|뒤|근처|역|동|로\b"),
    ),
)


@dataclass(frozen=True, slots=True)
class Scored:
    """Words of a passage and how well they answer; `share` is the weight of the question's terms found in them."""

    quote: str
    passage: Passage
    score: float
    share: float


def _stem(word: str) -> str:
    for end, put in (
        ("ies", "y"),
        ("sses", "ss"),
        ("ing", ""),
        ("edly", ""),
        ("ed", ""),
        ("ly", ""),
        ("es", ""),
        ("s", ""),
    ):
        if word.endswith(end) and len(word) - len(end) >= 3 and not word.endswith("ss"):
            word = word[: len(word) - len(end)] + put
            if put == "" and len(word) > 3 and word[-1] == word[-2] and word[-1] not in "ls":
                word = word[:-1]
            break
    return word[:-1] if word.endswith("e") and len(word) > 4 else word


def _korean(word: str) -> str:
    for end in _ENDINGS:
        if word.endswith(end) and len(word) > len(end):
            return word[: -len(end)]
    for end in _PARTICLES:
        if word.endswith(end) and len(word) - len(end) >= 2 - (len(end) > 1):
            return word[: -len(end)]
    return word


@lru_cache(maxsize=20_000)
def _terms_of(word: str) -> tuple[str, ...]:
    if word in _STOP:
        return ()
    if "\uac00" <= word[0] <= "\ud7a3":
        stem = _korean(word)
        if stem in _STOP:
            return ()
        return (stem, *(stem[i : i + 2] for i in range(len(stem) - 1) if len(stem) > 2))
    if "\u3040" <= word[0] <= "\u9fff":
        return (word,) if len(word) < 2 else tuple(word[i : i + 2] for i in range(len(word) - 1))
    return (_stem(word.partition("'")[0].partition("’")[0]),)


def terms(text: str) -> list[str]:
    """The terms of a text, in order, without those that say nothing."""
    text = unicodedata.normalize("NFKC", text).lower()
    return [term for word in _WORD.findall(text) for term in _terms_of(word)]


def _wanted(question: str) -> dict[str, float]:
    wanted = dict.fromkeys(terms(question), 1.0)
    for group in _SYNONYMS.values():
        stems = {term for word in group for term in _terms_of(word)[:1]}
        if stems & set(wanted):
            for stem in stems:
                wanted.setdefault(stem, 0.45)
    return wanted


class _Index:
    """Units of text with their terms' weights, for one question."""

    def __init__(self, units: Sequence[tuple[str, str]]) -> None:
        self.texts = [Counter(terms(text)) for text, _ in units]
        self.headings = [set(terms(heading)) for _, heading in units]
        self.lengths = [sum(counter.values()) or 1 for counter in self.texts]
        self.average = sum(self.lengths) / max(1, len(units))
        found: Counter[str] = Counter()
        for counter, heading in zip(self.texts, self.headings, strict=True):
            found.update(set(counter) | heading)
        self.idf = {term: math.log(1 + (len(units) - n + 0.5) / (n + 0.5)) for term, n in found.items()}

    def score(self, index: int, wanted: dict[str, float]) -> tuple[float, float]:
        """BM25 of a unit, and the share of the question's weight that is found in it."""
        counter, heading = self.texts[index], self.headings[index]
        norm = K1 * (1 - B + B * self.lengths[index] / self.average)
        rare = math.log(1 + (len(self.texts) + 0.5) / 0.5)
        total = found = score = 0.0
        for term, weight in wanted.items():
            idf = self.idf.get(term, rare)
            if weight >= 1:
                total += idf
            count = counter.get(term, 0)
            if count:
                score += weight * idf * count * (K1 + 1) / (count + norm)
            elif term in heading:
                score += HEADING_WEIGHT * weight * idf
            else:
                continue
            found += weight * idf
        return score, min(1.0, found / total) if total else 0.0


def _kind_bonus(question: str, text: str) -> float:
    bonus = 1.0
    for asked, shown in _KINDS:
        if asked.search(question):
            bonus *= 1.25 if shown.search(text) else 0.85
    return bonus


def rank(question: str, passages: Sequence[Passage]) -> list[Scored]:
    """The passages, best first."""
    wanted = _wanted(question)
    index = _Index([(passage.text, f"{passage.heading} {passage.title}") for passage in passages])
    scored = []
    for number, passage in enumerate(passages):
        score, share = index.score(number, wanted)
        scored.append(Scored(passage.text, passage, score * _kind_bonus(question, passage.text), share))
    return sorted(scored, key=lambda item: -item.score)


def best_quotes(question: str, passages: Sequence[Passage], limit: int) -> list[Scored]:
    """The best `limit` quotes: a sentence with its neighbours where that fits, none twice."""
    wanted = _wanted(question)
    units = [(sentence, passage) for passage in passages for sentence in sentences(passage.text)]
    index = _Index([(sentence, passage.heading) for sentence, passage in units])
    raw = [index.score(number, wanted) for number in range(len(units))]
    scores = []
    for number, (sentence, passage) in enumerate(units):
        near = 0.0
        for other in (number - 1, number + 1):
            if 0 <= other < len(units) and units[other][1] is passage:
                near = max(near, raw[other][0])
        scores.append((raw[number][0] + 0.25 * near) * _kind_bonus(question, sentence))
    found: list[Scored] = []
    used: set[int] = set()
    for number in sorted(range(len(units)), key=lambda n: -scores[n]):
        if len(found) == limit or scores[number] <= 0:
            break
        if number in used:
            continue
        first, last = _widen(number, units, scores, used)
        used.update(range(first, last + 1))
        passage = units[number][1]
        quote = _verbatim(passage.text, units[first][0], units[last][0])
        share = _share(wanted, quote, passage, index)
        found.append(Scored(quote, passage, scores[number], share))
    return found


def _share(wanted: dict[str, float], quote: str, passage: Passage, index: _Index) -> float:
    """The share of the question's weight that is found in a quote or its headings."""
    present = set(terms(quote)) | set(terms(f"{passage.heading} {passage.title}"))
    rare = math.log(1 + (len(index.texts) + 0.5) / 0.5)
    total = sum(index.idf.get(term, rare) for term, weight in wanted.items() if weight >= 1)
    found = sum(weight * index.idf.get(term, rare) for term, weight in wanted.items() if term in present)
    return min(1.0, found / total) if total else 0.0


def _widen(number: int, units: list[tuple[str, Passage]], scores: list[float], used: set[int]) -> tuple[int, int]:
    """A sentence alone may say little: its neighbours come along, the better one first, as far as they fit."""
    first = last = number
    passage, size = units[number][1], len(units[number][0])
    for _ in range(2):
        choices = []
        for other in (first - 1, last + 1):
            if 0 <= other < len(units) and units[other][1] is passage and other not in used:
                choices.append((scores[other] + (0.01 if other > last else 0), other))
        if not choices:
            break
        other = max(choices)[1]
        if size + len(units[other][0]) + 1 > QUOTE_LIMIT:
            break
        size += len(units[other][0]) + 1
        first, last = min(first, other), max(last, other)
    return first, last


def _verbatim(text: str, first: str, last: str) -> str:
    begin = text.find(first)
    end = text.find(last, begin) + len(last)
    return text[begin:end]


def estimate_tokens(text: str) -> int:
    """Tokens of a text, a little too many rather than too few: about 4 letters each, Hangul and Han about 1.5 each."""
    wide = sum(1 for character in text if character >= "\u1100")
    return wide + (len(text) - wide + 3) // 4


def choose(
    question: str, passages: Iterable[Passage], token_budget: int, others: Iterable[Passage] = ()
) -> tuple[Passage, ...]:
    """The best passages within a budget, each with its neighbours after the best few, in the page's order."""
    listed = [*passages, *others]
    ranked = rank(question, listed)
    positions = {id(passage): number for number, passage in enumerate(listed)}
    chosen: set[int] = set()
    left = token_budget

    def take(number: int) -> None:
        nonlocal left
        cost = estimate_tokens(listed[number].text) + estimate_tokens(listed[number].heading) + 8
        if number not in chosen and (cost <= left or not chosen):
            chosen.add(number)
            left -= cost

    for place, item in enumerate(ranked):
        take(positions[id(item.passage)])
        if place < 2:
            for neighbour in (positions[id(item.passage)] + 1, positions[id(item.passage)] - 1):
                if 0 <= neighbour < len(listed) and left > token_budget // 2:
                    take(neighbour)
    return tuple(listed[number] for number in sorted(chosen))
