"""Korean: words with particles and endings, and questions told by their endings."""

from __future__ import annotations

import re
from functools import cache

from .language import Kind, Language

_ASKING = re.compile(r"(?:무엇|무슨|누구|누가|언제|어디|어느|어떤|어떻|어땠|얼마|뭐|뭘|뭔|몇)[\uac00-\ud7a3]{0,6}$")
_AFTER_ONE = "은는이가을를도에의와과로만"
"""Particles that a noun of one syllable may have: not cut off, since many words of two syllables end like that."""
_UNIT = re.compile(r"몇\s?([\uac00-\ud7a3])")
_PART = 0.6
"""What two syllables of a word weigh beside the word."""


def _words(name: str) -> frozenset[str]:
    return KOREAN.words(name)


@cache
def _endings() -> tuple[frozenset[str], frozenset[str], int]:
    endings, particles = _words("endings"), _words("particles")
    return endings, particles, max(map(len, endings | particles))


@cache
def stem(word: str) -> str:
    """A word without its verb ending or its particle."""
    *lists, longest = _endings()
    for endings in lists:
        for size in range(min(longest, len(word) - 1), 0, -1):
            if word[-size:] in endings and (size > 1 or len(word) > 2):
                return word[:-size]
    return word


def _fold(word: str) -> tuple[str, ...]:
    """The word's stem, and each two syllables of a long one."""
    if _ASKING.match(word):
        return ()
    root = stem(word)
    return (root, *(root[i : i + 2] for i in range(len(root) - 1) if len(root) > 2))


def _spellings(term: str) -> tuple[str, ...]:
    if len(term) == 2 and term[1] in _AFTER_ONE:
        return tuple(term[0] + particle for particle in ("", *_AFTER_ONE))
    return ()


def _unit(question: str) -> str:
    found = _UNIT.search(question)
    return rf"[\d한두세네섯곱덟홉열]\s?{found[1]}" if found else ""


KOREAN = Language(
    tag="ko",
    script="[\uac00-\ud7a3\u3131-\u318e]",
    asks=r"(?:나요|까요|가요|ㄴ가요|는지요?|은지요?|ㄹ까요?|습니까|ㅂ니까|입니까|니까|을까|를까|일까|할까|될까|있나|없나|하나요|"
    r"인가|은가|는가|던가|냐|니|죠|알려\s?주세요|알려\s?줘|궁금(?:해요|합니다|하네요|해)|가르쳐\s?주세요)[\s.~ㅋㅎㅠ!?^]*(?:$|\n)"
    r"|(?:무엇|뭐|뭔|누가|누구|언제|어디|어떻게|어떤|왜|몇\s|얼마)",
    asks_nothing=r"언제(?:나|든)|누구(?:나|든|보다)|어디(?:든|서나)|무엇(?:보다|이든)|뭐(?:든|니)|어떻게든|"
    r"얼마나 [^.!?\n]{1,20}던지",
    kinds={
        "when": Kind(
            r"언제|(?:몇|어느)\s?(?:시\b|년|월|일|해|날)|며칠|년도|연도|날짜|시기",
            r"\d{1,12}\s?(?:년|월|일|시|세기|년대)|오전|오후|요일|정오|자정|봄|여름|가을|겨울",
        ),
        "how long": Kind(
            r"기간|얼마나\s?(?:오래|걸)|얼마\s?동안|몇\s?(?:시간|분|일간|년간|주|개월|달|살)",
            r"\d{1,12}\s?(?:초|분|시간|일|주|개월|달|년)|(?:하루|이틀|사흘|나흘|일주일|한 달|반나절)",
        ),
        "what it costs": Kind(
            r"가격|요금|비용|얼마(?:예요|인가|에요|죠|입)",
            r"\d[\d.,]{0,20}\s?(?:원|달러|유로|엔|만)|무료",
        ),
        "how many": Kind(
            r"몇|얼마|비율|퍼센트",
            r"(?:한|두|세|네|다섯|여섯|일곱|여덟|아홉|열)\s?(?:개|명|번|곳|가지|마리|권|살|시간|사람)",
        ),
        "why": Kind(r"왜|이유|까닭", r"때문|위해|위하|므로|[아어여해]서|이유|덕분|까닭|도록|하려"),
        "where": Kind(r"어디", r"에서|에|옆|뒤|근처|역|동|로|층|쪽"),
    },
    unit=_unit,
    marks={
        "when": r"언제|몇\s?(?:시|년|월|일)|며칠",
        "where": r"어디",
        "who": r"누가|누구",
        "why": r"왜|이유",
        "amount": r"얼마|몇|가격",
        "how": r"어떻게",
        "not": r"(?<![가-힣])안\s|못\s|없|않|불가",
    },
    moments=r"[월화수목금토일]요일|오늘|내일|모레|어제|평일|주말|휴일|명절|오전|오후|아침|점심|저녁|새벽|여름|가을|겨울",
    starts=r"([가-힣]{1,12})(?:보다|부터|에서)",
    ends=r"[.!?]{1,8}[\"'”’]?(?=[\uac00-\ud7a3])",
    fold=_fold,
    weigh=lambda term, place: _PART if place else 1.0,
    spellings=_spellings,
    unsaid=r"(?:페이지|사이트|글)(?:에는|에서는|에|은|는)? ?[^.\n]{0,30}"
    r"(?:나와 있지 않|나오지 않|없습니다|없어요|찾을 수 없)|"
    r"(?:정보|내용|언급)(?:를|을|은|는|이|가)? ?(?:찾을 수 없|찾지 못|없습니다|없어요)",
    silent=r"(?:페이지|글)(?:에는|에|은|는)? ?[^.\n]{0,30}나와 있지 않|언급(?:이 없|되지 않|되어 있지 않)",
    even_so=r"지만|다만|[은는]데",
    consent=r"쿠키를? ?(?:사용|수집|허용)",
)
