"""A comment's features for the text filter: words, parts of words, overall shape."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from ..languages import phrases

MOST_CHARACTERS = 1_500
"""Of a longer comment only the beginning is read: promotion seldom stands behind that, and reading takes time."""
SHORT, MIDDLING, LONG = 40, 100, 200
PIECES = (3, 4, 5)
"""Lengths of the pieces of words: what is misspelt on purpose still shares some, and so do words with endings."""

_DOMAINS = "com|net|org|info|biz|co|tv|me|io|ly|gl|us|xyz|top|ws|fm|shop|site|online|club|app|link|store|live|pro|cc"
_COUNTRIES = "pl|ru|uk|de|cn|kr|jp|fr|it|es|nl|br|in|ro|tk|ua|vn|id|ph|tr|cz|gr|hu|pt|se"
_URL = re.compile(
    rf"(?:https?://|www\.)[^\s<>\"]+|(?<![\w@.-])[\w-]+(?:\.[\w-]+)*\.(?:{_DOMAINS}|{_COUNTRIES})(?:/[^\s<>\"]*)?(?!\w)"
)
_HOST = re.compile(r"(?:https?://)?(?:www\.|m\.)?([^/:?#\s]+)")
_SPACED = re.compile(rf"\w\s+\.\s*(?:{_DOMAINS})\b|\w\s*[(\[]\s*dot\s*[)\]]|\w\s+dot\s+(?:com|net|org)\b")
_PATH = re.compile(r"(?:^|\s)[\w./-]+\?[\w-]+=[\w-]+")
_MARKUP = re.compile(r"<a\s|href\s*=|\[/?url|\[link")
_HANDLE = re.compile(r"(?<![\w.])[@+][^\W\d_]\w{2,}")
_PHONE = re.compile(r"(?<!\w)\+?\d[\d\s().-]{8,16}\d(?!\w)")
_AMOUNT = re.compile(r"[$€£¥₩]\s*\d|\d\s*[$€£¥₩]")
_DIGIT, _DRAWN_OUT = re.compile(r"\d"), re.compile(r"(.)\1{3,}")
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_UNSPACED = re.compile("[\u0e00-\u0e7f\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u3400-\u9fff\uac00-\ud7a3]")

PRIOR = {
    "link": 0.5, "links": 0.3, "only_link": 0.4, "spaced_link": 0.8, "path": 0.5, "markup": 0.5, "handle": 0.2,
    "phone": 0.5, "amount": 0.3, "invites": 0.5, "promotes_own": 0.4, "sells": 0.4, "invites+promotes_own": 0.3,
    "invites+link": 0.4, "promotes_own+link": 0.3, "sells+link": 0.4, "short": -0.2, "long": 0.1, "shouting": 0.1,
}  # fmt: skip
"""What each sign counts for before anybody has decided anything. Written by hand, with the lists of phrases in
`core/languages/data`: no collection of comments has been used, so no licence of one applies."""
BIAS = -0.4
LISTS = ("invites", "promotes_own", "sells")
"""Lists of phrases in `core/languages/data`."""
TOGETHER = (("invites", "promotes_own"), ("invites", "link"), ("promotes_own", "link"), ("sells", "link"))
"""Signs that say more together."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A comment's features: `words` weigh little each, `signs` much; `quotes` are the words that made a sign, `hosts`
    the targets of its links."""

    words: tuple[str, ...]
    signs: tuple[str, ...]
    hosts: tuple[str, ...]
    quotes: Mapping[str, str]


def fold(text: str) -> str:
    """Normalises lookalike characters, in one lower-case line."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


@cache
def _said(name: str) -> re.Pattern[str]:
    """Matches any phrase of a list; in scripts without spaces, or with particles, also inside words."""
    whole: list[str] = []
    inside: list[str] = []
    for phrase in sorted(map(fold, phrases(name)), key=lambda each: (-len(each), each)):
        (inside if _UNSPACED.search(phrase) else whole).append(re.escape(phrase).replace(r"\ ", r"\s+"))
    parts = [rf"(?<!\w)(?:{'|'.join(whole)})(?!\w)"] if whole else []
    return re.compile("|".join([*parts, *inside]) or r"(?!)")


def read(text: str) -> Reading:
    """Extracts a comment's features. Takes time in proportion to `MOST_CHARACTERS` at most."""
    text = text[:MOST_CHARACTERS]
    said = fold(text)
    links = _URL.findall(said)
    hosts = tuple(dict.fromkeys(match[1].rstrip(".") for link in links if (match := _HOST.match(link))))
    rest = _URL.sub(" ", said)
    quotes = _quotes(said, rest) | ({"link": hosts[0]} if hosts else {})
    signs = [*quotes, *_shape(text, said, rest, len(links))]
    signs += [f"{one}+{two}" for one, two in TOGETHER if one in quotes and two in quotes]
    plain = _DRAWN_OUT.sub(r"\1\1\1", _DIGIT.sub("0", rest))
    words = _WORD.findall(plain)
    found = [f"w:{word}" for word in words]
    found += [f"b:{one} {two}" for one, two in pairwise(words)]
    for word in dict.fromkeys(words):
        framed = f"_{word}_"
        found += [f"c:{framed[at : at + size]}" for size in PIECES for at in range(len(framed) - size + 1)]
    return Reading(tuple(dict.fromkeys(found)), (*signs, *(f"h:{host}" for host in hosts)), hosts, quotes)


def _quotes(said: str, rest: str) -> dict[str, str]:
    """The text behind each sign."""
    looks = {
        "spaced_link": _SPACED.search(said), "markup": _MARKUP.search(said), "path": _PATH.search(rest),
        "handle": _HANDLE.search(rest), "phone": _PHONE.search(rest), "amount": _AMOUNT.search(rest),
        **{name: _said(name).search(rest) for name in LISTS},
    }  # fmt: skip
    return {name: match[0].strip() for name, match in looks.items() if match}


def _shape(text: str, said: str, rest: str, links: int) -> list[str]:
    seen = {
        "links": links > 1, "only_link": links > 0 and len(rest.strip()) < 15, "short": len(said) < SHORT,
        "middling": MIDDLING < len(said) <= LONG, "long": len(said) > LONG, "shouting": _shouts(text),
    }  # fmt: skip
    return [name for name, is_so in seen.items() if is_so]


def _shouts(text: str) -> bool:
    letters = [character for character in text if character.isalpha()]
    return len(letters) > 10 and sum(map(str.isupper, letters)) > 0.6 * len(letters)
