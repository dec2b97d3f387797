"""The words of a text as they are compared: stems of English, Korean without particles and in pairs of syllables.

Japanese and Chinese, which write without spaces, are read in pairs of characters.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from ..languages.east_asian import ALONE, is_eastern, is_japanese, telling, weight_of_pair
from ..languages.thesaurus import GROUPS

_WORD = re.compile(r"\d+(?:,\d{3})+|[a-z0-9]+(?:['’][a-z]+)?|[\uac00-\ud7a3]+|[\u3040-\u30ff\u3400-\u9fff]+|[^\W\d_]+")
LETTERS_LIMIT = 40
"""A longer run of letters is no word; it is read up to here, which bounds the work."""
_STOP = frozenset(
    """a an the of to in on at by for from with and or but is are was were be been being am do does did done have has
    had it its this that these those there here i you he she we they me him her us them my your his our their as if
    so not no can could will would should shall may might must please tell know any some what which who whom whose
    when where why how about into than then also just very much many get got let say says page site anyone happen
    이 그 저 것 수 등 및 더 좀 요 은 는 가 을 를 의 에 와 과 도 로 왜 몇 중 것은 것을 것이 곳은 곳이 해는 때는
    있는 있다 하는 하여 위해
    알려주세요 알려줘 알려주실 궁금해요 주세요 되나요 하나요 인가요""".split()
)
_WEAK = frozenset(
    """year type name kind sort call term long take last place happen help one two another main first call use
    exampl common typical usual accord percentag number day time people person country order part
    이름 사람 인물 시기 날짜 제목 정도 당시 경우 때 후 전 대해 대하 년도 연도 나라 곳 해 년 개 명 번
    돼요 돼 있어 없어 안 못 데""".split()
)
_ASKING = re.compile(r"(?:무엇|무슨|누구|누가|언제|어디|어느|어떤|어떻|어땠|얼마|뭐|뭘|뭔|몇)[\uac00-\ud7a3]{0,6}$")
_PARTICLES = frozenset(
    """으로부터 에서부터 이라고 에게서 한테서 으로서 으로써 까지는 까지의 에서는 에서도 에서의 으로는 으로의
    에게는 에는 에도 에서
    에게 한테 부터 까지 으로 이라 처럼 보다 마다 라고 이나 이랑 이며 이고 하고 께서 라는 이란 만의 들은 들이 들을 들의
    은 는 이 가 을 를 의 에 와 과 도 로 만 나 랑 요""".split()
)
_ENDINGS = frozenset(
    """하였습니다 했습니다 합니다 됩니다 입니다 습니다 되나요 하나요 인가요 했나요 됐나요 였나요 나요 까요 해요
    했어요 돼요 예요
    이에요 하는 했던 하였던 하던 했다 하였다 한다 하기 하고 하면 하며 하면서 하여 해서 하게 하도록 하지 하려고
    되는 된다 되면 되어 되고
    되었다 됐다 되었던 됐던 이다 였다 이었다 이었던 였던 하는가 하였는가 했는가 되는가 되었는가 됐는가 였는가
    이었는가 인가 는가 은가
    했는지 하는지 인지 는지 했을까 일까 입니까 습니까 합니까 됩니까 인가요 했지 되었나 하였나 했나 이었나 였나
    한 된 될 할""".split()
)
_AFTER_ONE = "은는이가을를도에의와과로만"
"""Particles that a noun of one syllable may have: not cut off, since many words of two syllables end like that."""
_LONGEST = max(map(len, _PARTICLES | _ENDINGS))
_IRREGULAR = {
    form: root
    for root, forms in {
        "build": "built", "buy": "bought", "sell": "sold", "make": "made", "write": "wrote written", "go": "went gone",
        "begin": "began begun", "child": "children", "person": "persons", "man": "men", "woman": "women", "win": "won",
        "leave": "left", "hold": "held", "keep": "kept", "lose": "lost", "send": "sent", "spend": "spent",
        "pay": "paid",
        "give": "gave given", "take": "took taken", "come": "came", "become": "became", "know": "knew known",
        "grow": "grew grown", "lead": "led", "meet": "met", "bring": "brought", "think": "thought", "teach": "taught",
        "die": "died dead death", "fall": "fell fallen", "rise": "rose risen", "speak": "spoke spoken",
        "see": "saw seen",
        "run": "ran", "draw": "drew drawn", "drive": "drove driven", "eat": "ate eaten", "choose": "chose chosen",
        "sing": "sang sung", "feed": "fed", "flee": "fled", "fight": "fought", "bear": "born bore", "show": "shown",
        "foot": "feet", "life": "lives", "2": "two", "3": "three", "4": "four", "5": "five", "6": "six", "7": "seven",
        "8": "eight", "9": "nine", "10": "ten",
    }.items()
    for form in forms.split()
}  # fmt: skip
_SUFFIXES = (("ies", "y"), ("sses", "ss"), ("ing", ""), ("edly", ""), ("ed", ""), ("ly", ""), ("es", ""), ("s", ""))


def stem(word: str) -> str:
    """An English word without its ending, well enough to meet its relatives."""
    word = _IRREGULAR.get(word, word)
    for end, put in _SUFFIXES:
        if word.endswith(end) and len(word) - len(end) >= 3 and not word.endswith("ss"):
            word = word[: len(word) - len(end)] + put
            if put == "" and len(word) > 3 and word[-1] == word[-2] and word[-1] not in "ls":
                word = word[:-1]
            break
    return word[:-1] if word.endswith("e") and len(word) > 4 else word


def korean_stem(word: str) -> str:
    """A Korean word without its verb ending or its particle."""
    for endings in (_ENDINGS, _PARTICLES):
        for size in range(min(_LONGEST, len(word) - 1), 0, -1):
            if word[-size:] in endings and (size > 1 or len(word) > 2):
                return word[:-size]
    return word


@lru_cache(maxsize=20_000)
def _terms_of(word: str) -> tuple[str, ...]:
    if word in _STOP:
        return ()
    if "\uac00" <= word[0] <= "\ud7a3":
        if _ASKING.match(word):
            return ()
        root = korean_stem(word)
        if root in _STOP:
            return ()
        return (root, *(root[i : i + 2] for i in range(len(root) - 1) if len(root) > 2))
    if "\u3040" <= word[0] <= "\u9fff":
        return (word,) if len(word) < 2 else tuple(word[i : i + 2] for i in range(len(word) - 1))
    if word[0].isdigit():
        word = word.replace(",", "")
    found = stem(word.partition("'")[0].partition("’")[0])
    return () if found in _STOP else (found,)


def terms(text: str) -> list[str]:
    """The terms of a text, in order, without those that say nothing."""
    text = unicodedata.normalize("NFKC", text).lower()
    return [term for word in _WORD.findall(text) for term in _terms_of(word[:LETTERS_LIMIT])]


class Wanted(NamedTuple):
    """What a question looks for: its terms with their weights, and for each the words that may stand in for it."""

    weights: dict[str, float]
    relatives: dict[str, frozenset[str]]


def wanted_terms(question: str, *, alone: bool = False) -> Wanted:
    """A question's terms: those that only name the kind of answer weigh less, and so do pairs of syllables; `alone`:
    Chinese characters by themselves, too, which no index has."""
    weights: dict[str, float] = {}
    japanese = is_japanese(question)
    for word in _WORD.findall(unicodedata.normalize("NFKC", question).lower()):
        for place, term in enumerate(_terms_of(word[:LETTERS_LIMIT])):
            weight = 0.35 if term in _WEAK else 0.6 if place and "\uac00" <= term[0] <= "\ud7a3" else 1.0
            if len(term) == 2 and is_eastern(term[0]):
                weight = weight_of_pair(term, japanese=japanese)
            weights[term] = max(weight, weights.get(term, 0.0))
    for term in telling(question) if alone else ():
        weights.setdefault(term, ALONE)
    relatives = {term: _relatives_of(term) - weights.keys() for term in weights}
    return Wanted(weights, {term: others for term, others in relatives.items() if others})


def _relatives_of(term: str) -> frozenset[str]:
    found = _relatives().get(term, frozenset())
    if len(term) == 2 and term[1] in _AFTER_ONE and "\uac00" <= term[0] <= "\ud7a3":
        forms = (term[0] + particle for particle in ("", *_AFTER_ONE))
        return found.union(_relatives().get(term[0], ()), forms)
    return found


@lru_cache(maxsize=1)
def _relatives() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for group in GROUPS:
        stems = {term for word in group for term in _terms_of(word)[:1]}
        for term in stems:
            found.setdefault(term, set()).update(stems - {term})
    return {term: frozenset(others) for term, others in found.items()}


def search_terms(question: str, most: int) -> list[str]:
    """What to look for in an index: a question's own terms, then their relatives, at most so many."""
    wanted = wanted_terms(question)
    relatives = [other for others in wanted.relatives.values() for other in sorted(others)]
    return list(dict.fromkeys([*wanted.weights, *relatives]))[:most]
