"""Normalises numbers with units: `1만 4천 원` is `14,000 won`, `3 pm` is `15:00`, "daily" is a day."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from ..patterns import lazy
from . import LANGUAGES, either, numerals, units

__all__ = ["CLOCK", "Figure", "figures"]

CLOCK = "o'clock"
YEAR = "year"
_SIGNS = "$€£¥₩"
_HANGUL = "[가-힣]"
_NUMBER = lazy(
    rf"(?P<money>[{_SIGNS}])?\s?(?<![\w.])(?P<number>\d+(?:,\d{{3}})+(?:\.\d+)?|\d+(?:[.:-]\d+){{0,4}})(?:st|nd|rd|th)?(?![\d_])|"
    + r"(?<![\w.])(?P<word>{words})(?:-|\s)(?=[a-z])|(?P<rate>\b(?:a|an|per|each|every)\s+|/\s?)(?=(?P<of>{latin})\b)|"
    + rf"(?<!{_HANGUL})(?P<counted>{{counted}})\s?(?=(?:{{hangul}}))|(?P<every>매)(?=시간|일|주|월|달|년|분)|"
    + r"\b(?P<adverb>daily|hourly|weekly|monthly|yearly|annually|annual|nightly)\b|"
    + rf"(?<!{_HANGUL})(?P<span>하루|이틀|사흘|나흘|일주일)|(?P<half>\bhalf (?:an?|the) (?=hour\b)|반\s?(?=시간))"
)  # fmt: skip
_ADVERBS = {
    "daily": "day", "hourly": "hour", "weekly": "week", "monthly": "month", "yearly": "year", "annually": "year",
    "annual": "year", "nightly": "night",
}  # fmt: skip
_SPANS = {
    "하루": ("1", "day"),
    "이틀": ("2", "day"),
    "사흘": ("3", "day"),
    "나흘": ("4", "day"),
    "일주일": ("1", "week"),
}
_SCALE = lazy(
    r"\s?(?P<scale>million|billion|thousand|억|만|천|k(?![a-z]))(?:\s?(?P<more>\d[\d,]*)\s?(?P<unit>천|백)?)?"
)
_SCALES = {"million": 1e6, "billion": 1e9, "thousand": 1e3, "k": 1e3, "억": 1e8, "만": 1e4, "천": 1e3, "백": 1e2}
_AFTER = lazy(rf"\s?-?(?P<unit>[{_SIGNS}%]|°\s?[cf]|℃|[a-z]+|{_HANGUL}+)")
_LATER = lazy(r"\s(?!to\b|and\b|or\b|for\b|in\b|on\b|at\b|of\b|from\b)[a-z]+\s(?P<unit>[a-z]+)")
_BETWEEN = lazy(rf"\s?(?:to|through|and|or|[-–~—]|에서|부터|{_HANGUL}{{0,2}}에서)?\s?")
_BEFORE_LIMIT = 40
"""Characters before a figure in which a bound is looked for."""
_LEAST_BEFORE, _LEAST_AFTER, _MOST_BEFORE, _MOST_AFTER, _AM, _PM = (
    lazy(either(getattr(language.claims, name) for language in LANGUAGES))
    for name in ("least_before", "least_after", "most_before", "most_after", "before_noon", "after_noon")
)


_HOURS = {
    word: str(number)
    for words in (
        "one two three four five six seven eight nine ten eleven twelve",
        "한 두 세 네 다섯 여섯 일곱 여덟 아홉 열 열한 열두",
    )
    for number, word in enumerate(words.split(), 1)
}
_HOUR = rf"\d{{1,2}}|{'|'.join(sorted(_HOURS, key=len, reverse=True))}"
_SPOKEN = lazy(
    rf"\b(?:(?P<part>half|quarter)|(?P<minutes>\d{{1,2}}) minutes) (?P<way>past|after|to|before) (?P<hour>{_HOUR})\b"
    rf"|\b(?P<whole>{_HOUR}) o['’]clock\b|\b(?P<point>noon|midday|midnight|정오|자정)"
    rf"|(?<![\w:])(?P<korean>{_HOUR})\s?시(?!간|[가-힣]*장)(?:\s?(?:(?P<korean_part>반)|(?P<korean_minutes>\d{{1,2}})\s?분))?"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its unit. `values` has several entries if a time may be a.m. or p.m."""

    values: frozenset[str]
    unit: str
    bound: Literal["", "least", "most"]
    start: int
    end: int

    def agrees(self, other: Figure) -> bool:
        """Whether both are the same number, and the same unit as far as both name one."""
        if not self.alike(other):
            return False
        return not self.values.isdisjoint(other.values)

    def alike(self, other: Figure) -> bool:
        """Whether both may count the same thing."""
        return self.unit == other.unit or ((not self.unit or not other.unit) and CLOCK not in (self.unit, other.unit))


@cache
def _pattern() -> re.Pattern[str]:
    known = [word for word in numerals() if word.isascii()]
    latin = sorted((word for word in units() if re.fullmatch("[a-z]+", word) and len(word) > 2), key=len, reverse=True)
    hangul = sorted((word for word in units() if re.fullmatch(f"{_HANGUL}+", word)), key=len, reverse=True)
    counted = [word for word in numerals() if re.fullmatch(f"{_HANGUL}+", word)]
    return re.compile(
        _NUMBER.pattern.replace("{words}", "|".join(sorted(known, key=len, reverse=True)))
        .replace("{latin}", "|".join(latin)).replace("{hangul}", "|".join(hangul))
        .replace("{counted}", "|".join(counted))
    )  # fmt: skip


def figures(text: str) -> list[Figure]:
    """The figures of a text, in order; the text is lower case and normalised."""
    found: list[Figure] = []
    spoken = _spoken_times(text)
    taken = {place for time in spoken for place in range(time.start, time.end)}
    for match in _pattern().finditer(text):
        figure = _read(match, text)
        if figure is None or not taken.isdisjoint(range(figure.start, figure.end)):
            continue
        if not found or figure.start >= found[-1].end:
            found.append(figure)
    found = sorted((*found, *spoken), key=lambda figure: figure.start)
    for at in range(len(found) - 1, 0, -1):
        before, figure = found[at - 1], found[at]
        if not before.unit and figure.unit and _BETWEEN.fullmatch(text, before.end, figure.start):
            found[at - 1] = _as_in_a_range(before, figure)
    return found


def _spoken_times(text: str) -> list[Figure]:
    """Times in words: "half past seven", "a quarter to nine", "noon", `일곱 시 반`."""
    found = []
    for match in _SPOKEN.finditer(text):
        if match["point"]:
            value = 0 if match["point"] in ("midnight", "자정") else 720
            found.append(Figure(frozenset([str(value)]), CLOCK, "", *match.span()))
            continue
        word = match["hour"] or match["whole"] or match["korean"]
        hour = int(_HOURS.get(word, word))
        minute = {"half": 30, "quarter": 15, "반": 30}.get(match["part"] or match["korean_part"])
        minute = int(match["minutes"] or match["korean_minutes"] or 0) if minute is None else minute
        if match["way"] in ("to", "before"):
            hour, minute = hour - 1 or 12, 60 - minute
        if 0 < hour <= 24 and 0 <= minute < 60:
            time = _time(f"{hour}:{minute:02}", match.start(), match.end(), text)
            found += [time] if time else []
    return found


def _read(match: re.Match[str], text: str) -> Figure | None:
    kind = match.lastgroup if match.lastgroup not in ("of", "money") else "rate" if match["rate"] else "number"
    start, end = match.span()
    if kind == "rate":
        return Figure(frozenset("1"), units()[match["of"]], "", start, match.end("of"))
    if kind == "adverb":
        return Figure(frozenset("1"), _ADVERBS[match["adverb"]], "", start, end)
    if kind == "span":
        value, unit = _SPANS[match["span"]]
        return _bounded(frozenset([value]), unit, start, end, text)
    if kind == "half":
        return Figure(frozenset(["0.5"]), "hour", "", start, end + len("hour"))
    if kind == "every":
        return _with_unit("1", start, end, text)
    if kind in ("word", "counted"):
        word = match[kind]
        figure = _with_unit(numerals()[word], start, match.end(kind), text)
        if word == "twice":
            return replace(figure, unit="time")
        return figure if figure.unit or word not in ("one", "once") else None
    number = match["number"].replace(",", "")
    if match["money"]:
        end, number = _scaled(number, end, text)
        return _bounded(frozenset([_plain(number)]), units()[match["money"]], start, end, text)
    return _with_unit(number, start, end, text)


def _scaled(number: str, end: int, text: str) -> tuple[int, str]:
    scale = _SCALE.match(text, end)
    if not scale or not re.fullmatch(r"[\d.]+", number) or number.count(".") > 1:
        return end, number
    value = float(number) * _SCALES[scale["scale"]]
    end = scale.end("scale")
    if scale["more"] and scale["scale"] in "억만":
        value += float(scale["more"].replace(",", "")) * _SCALES.get(scale["unit"] or "", 1)
        end = scale.end()
    return end, f"{value:.15g}"


def _plain(number: str) -> str:
    """The number for comparison: 1.50 is 1.5, except in a version number."""
    return number.rstrip("0").rstrip(".") if number.count(".") == 1 else number


def _with_unit(number: str, start: int, end: int, text: str) -> Figure:
    end, number = _scaled(number, end, text)
    time = _time(number, start, end, text)
    if time is not None:
        return time
    unit, end = _unit(text, end)
    if not unit and re.fullmatch(r"1[0-9]{3}|20[0-9]{2}", number):
        unit = YEAR
    return _bounded(frozenset([_plain(number) if unit else number]), unit, start, end, text)


def _unit(text: str, end: int) -> tuple[str, int]:
    after = _AFTER.match(text, end)
    if not after:
        return "", end
    word = after["unit"].replace(" ", "").replace("℃", "°c")
    if word in units():
        return units()[word], after.end()
    if "가" <= word[0] <= "힣":
        for size in range(min(4, len(word)), 0, -1):
            if word[:size] in units():
                return units()[word[:size]], after.start("unit") + size
        return "", end
    later = _LATER.match(text, end)
    if later and later["unit"] in units() and len(later["unit"]) > 2:
        return units()[later["unit"]], later.end()
    return "", end


def _time(number: str, start: int, end: int, text: str) -> Figure | None:
    hour, colon, minute = number.partition(":")
    korean = re.compile(r"시(?!간)(?:\s?(\d{1,2})분)?").match(text, end)
    after = re.compile(rf"\s?(?:(?P<am>{_AM.pattern})|(?P<pm>{_PM.pattern}))").match(text, end)
    if korean:
        minute, end = korean[1] or minute, korean.end()
    elif after and hour.isdigit() and (not after[0].strip() or after[0].strip()[0] in "apo"):
        end = after.end()
    elif not colon:
        return None
    if not hour.isdigit() or not (minute or "0").isdigit() or int(hour) > 24:
        return None
    minutes = 60 * (int(hour) % 24) + int(minute or 0)
    before = text[max(0, start - 4) : start]
    late = bool(after and after["pm"] and not korean) or bool(_HANGUL_PM(before))
    early = bool(after and after["am"] and not korean) or bool(_HANGUL_AM(before))
    values = {minutes % 720 + 720} if late else {minutes % 720} if early and int(hour) <= 12 else {minutes}
    if not late and not early and 0 < int(hour) < 12:
        values.add(minutes + 720)
    return _bounded(frozenset(map(str, values)), CLOCK, start, end, text)


_HANGUL_AM: Callable[[str], object] = re.compile(r"(?:오전|새벽|아침)\s?$").search
_HANGUL_PM: Callable[[str], object] = re.compile(r"(?:오후|저녁|밤|낮)\s?$").search


def _bounded(values: frozenset[str], unit: str, start: int, end: int, text: str) -> Figure:
    before, after = text[max(0, start - _BEFORE_LIMIT) : start], text[end : end + _BEFORE_LIMIT]
    if _MOST_BEFORE.search(before) or _MOST_AFTER.search(after):
        return Figure(values, unit, "most", start, end)
    least = _LEAST_BEFORE.search(before) or _LEAST_AFTER.search(after)
    return Figure(values, unit, "least" if least else "", start, end)


def _as_in_a_range(before: Figure, figure: Figure) -> Figure:
    """The first number of "7 to 10 am", with the second's unit."""
    if figure.unit != CLOCK:
        return replace(before, unit=figure.unit, values=frozenset(map(_plain, before.values)))
    hours = [int(value) for value in before.values if value.isdigit() and int(value) <= 24]
    values = frozenset(str(60 * hour % 720 + noon) for hour in hours for noon in (0, 720))
    return replace(before, unit=CLOCK, values=values or before.values)
