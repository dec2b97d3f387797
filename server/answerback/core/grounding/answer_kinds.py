"""What kind of thing a question asks for, and whether a sentence has one that the question has not."""

from __future__ import annotations

import re
from typing import NamedTuple

from ..languages import east_asian as east

_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
_COUNTED = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|hundreds?"
_FIGURE = r"\d[\d.,]{0,20}"
"""Bounded: a long run of digits would be read anew from each of them."""
_NUMBER = re.compile(
    rf"{_FIGURE}|\b(?:{_COUNTED}|thousands?|millions?|billions?|dozens?|half|third|quarter|once|twice|none|several)\b|"
    r"(?:한|두|세|네|다섯|여섯|일곱|여덟|아홉|열)\s?(?:개|명|번|곳|가지|마리|권|살|시간|사람)",
    re.IGNORECASE,
)
_DATE = re.compile(
    rf"\b[12]\d{{3}}s?\b|\b(?:{_MONTHS})\b|\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b|\d{{1,2}}[:.]\d\d|"
    r"\b\d{1,2}\s?[ap]\.?m\b|\bcentur(?:y|ies)\b|\b(?:noon|midnight|dawn|sunset|spring|summer|autumn|winter|today)\b|"
    r"\d{1,12}\s?(?:년|월|일|시|세기|년대)|오전|오후|요일|정오|자정|봄|여름|가을|겨울",
    re.IGNORECASE,
)
_SPAN = re.compile(
    rf"(?:{_FIGURE}|\b(?:{_COUNTED}|an?|half|several|few))[\s-](?:\w+[\s-])?"
    r"(?:seconds?|minutes?|hours?|days?|nights?|weeks?|months?|years?|decades?|centur(?:y|ies))\b|"
    r"\d{1,12}\s?(?:초|분|시간|일|주|개월|달|년)|(?:하루|이틀|사흘|나흘|일주일|한 달|반나절)",
    re.IGNORECASE,
)
_MONEY = re.compile(
    rf"[$€£¥₩]\s?\d|{_FIGURE}\s?(?:원|달러|유로|엔|만|euros?|dollars?|pounds?|crowns?|cents?|won|yen)|\bfree\b|무료",
    re.I,
)
_NAME = re.compile(
    r"(?<=[\w,;:)] )(?:[A-Z][\w'’.-]*)(?: (?:[A-Z][\w'’.-]*|of|de|van|von|the))*|^[A-Z]\w+(?: [A-Z]\w+)+"
)
_REASON = re.compile(
    r"\b(?:because|since|so that|due to|owing to|reason|in order|as a result|to \w+|for the)\b|때문|위해|위하|므로|"
    r"[아어여해]서|이유|덕분|까닭|도록|하려",
    re.IGNORECASE,
)
_PLACE = re.compile(
    r"\b(?:in|at|on|near|beside|behind|from|to|of|through|across|along|between|into|around|above|below|under|opposite|by)"
    r"\s(?:the\s|an?\s)?\w|에서|에|옆|뒤|근처|역|동|로|층|쪽",
    re.IGNORECASE,
)


class _Kind(NamedTuple):
    asked: re.Pattern[str]
    shown: re.Pattern[str]


_KINDS = tuple(
    _Kind(re.compile(asked, re.IGNORECASE), shown)
    for asked, shown in (
        (
            r"\bwhen\b|(?:what|which|whose) (?:\w+ )?(?:time|year|day|date|month|century|decade)|언제|"
            r"(?:몇|어느)\s?(?:시\b|년|월|일|해|날)|며칠|년도|연도|날짜|시기",
            _DATE,
        ),
        (r"how (?:long|old)|기간|얼마나\s?(?:오래|걸)|얼마\s?동안|몇\s?(?:시간|분|일간|년간|주|개월|달|살)", _SPAN),
        (
            r"how much.{0,40}(?:cost|pay|charge|price|fee|spen|money)|(?:price|cost|fee)\b|가격|요금|비용|"
            r"얼마(?:예요|인가|에요|죠|입)",
            _MONEY,
        ),
        (
            r"how (?:much|many|far|tall|big|high|often|deep|fast|heavy|large|wide)|"
            r"(?:what|which) (?:percent|number|proportion|amount|population|size|fraction)|몇|얼마|비율|퍼센트",
            _NUMBER,
        ),
        (
            r"\bwho(?:m|se)?\b|"
            r"(?:what|which) (?:person|king|author|president|scientist|company|artist|group|name)",
            _NAME,
        ),
        (r"(?:what|which) (?:city|country|state|region|river|place|town|university|school|language|island)", _NAME),
        (r"\bwhy\b|what (?:was|is|were) the (?:reason|purpose|cause)|왜|이유|까닭", _REASON),
        (r"\bwhere\b|어디", _PLACE),
        *((asked, re.compile(shown)) for asked, shown in east.KINDS),
    )
)  # fmt: skip
_UNIT = re.compile(r"몇\s?([\uac00-\ud7a3])")


class Asked:
    """What a question asks for."""

    def __init__(self, question: str) -> None:
        self._shown = [kind.shown for kind in _KINDS if kind.asked.search(question)]
        unit = _UNIT.search(question)
        if unit:
            self._shown.append(re.compile(rf"[\d한두세네섯곱덟홉열]\s?{unit[1]}"))
        self._question = question.casefold()
        self.known = bool(self._shown)

    def share(self, text: str) -> float:
        """Of the kinds that are asked for, the share of which the text has something that is not in the question."""
        if not self._shown:
            return 0.0
        return sum(map(bool, (self._has(shown, text) for shown in self._shown))) / len(self._shown)

    def _has(self, shown: re.Pattern[str], text: str) -> bool:
        return any(found[0].casefold() not in self._question for found in shown.finditer(text))
