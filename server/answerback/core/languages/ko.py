"""Korean: particles and endings, and questions recognised by their endings."""

from __future__ import annotations

import re
from functools import cache

from .language import NEVER, Claims, Kind, Language

_ASKING = re.compile(r"(?:무엇|무슨|누구|누가|언제|어디|어느|어떤|어떻|어땠|얼마|뭐|뭘|뭔|몇)[\uac00-\ud7a3]{0,6}$")
_AFTER_ONE = "은는이가을를도에의와과로만"
"""Particles that a noun of one syllable may have: not cut off, since many words of two syllables end like that."""
_UNIT = re.compile(r"몇\s?([\uac00-\ud7a3])")
_CHANGED = 0.8
"""How surely two forms of a verb are of one verb that begin alike."""
_FIRST, _VOWELS, _FINALS = 0xAC00, 21, 28
"""Syllables of Hangul are numbered by their letters."""
_CONTRACTED = {6: 20, 10: 11, 14: 13}
"""Vowels of a stem that has run into its ending: `려`, `돼`, `워` are of `리`, `되`, `우`."""
_VERB_FINALS = frozenset([17, 20])
"""`ㅂ` of `-ㅂ니다`, and `ㅆ` of the past."""
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
    """The word without its verb ending or particle, in dictionary form."""
    *lists, longest = _endings()
    for endings in lists:
        for size in range(min(longest, len(word) - 1), 0, -1):
            if word[-size:] in endings and (size > 1 or len(word) > 2):
                return _plain(word[:-size])
    return _plain(word)


def _plain(word: str) -> str:
    """A verb stem in dictionary form: `걸려`, `걸렸` and `걸립` are `걸리`."""
    if len(word) < 2:
        return word
    lead, rest = divmod(ord(word[-1]) - _FIRST, _VOWELS * _FINALS)
    vowel, final = divmod(rest, _FINALS)
    if final in _VERB_FINALS:
        final = 0
    if not final:
        vowel = _CONTRACTED.get(vowel, vowel)
    return word[:-1] + chr(_FIRST + (lead * _VOWELS + vowel) * _FINALS + final)


def _fold(word: str) -> tuple[str, ...]:
    """The word's stem, and each syllable pair of a long one."""
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


_UNSAID = (
    r"(?:페이지|사이트|누리집|홈페이지|글|본문|문서|자료|문단|제공된 [가-힣]{1,6})(?:에는|에서는|에서|에|은|는|"
    r"만으로는)? ?[^.\n]{0,40}"
    r"(?:나와 ?있지 ?않|나오지 ?않|찾을 ?수 ?없|찾지 ?못|확인할 ?수 ?없|알 ?수 ?없|다루지 ?않|말하지 ?않|"
    r"설명하지 ?않|알려 ?주지 ?않)|"
    r"(?:정보|내용|언급|설명|안내|답변?|근거|단서)(?:를|을|은|는|이|가|도)? ?[^.\n]{0,12}(?:찾을 ?수 ?없|"
    r"찾지 ?못|없습니다|없어요|없네요|없음|나와 ?있지 ?않|"
    r"나오지 ?않|포함되어 ?있지 ?않|포함되지 ?않|부족)|"
    r"(?:언급|명시|기재|기술|서술|안내|설명|제시|공개|기록)(?:된 ?바 ?가? ?없|되어 ?있지 ?않|돼 ?있지 ?않|"
    r"되지 ?않|하지 ?않|하고 ?있지 ?않)|"
    r"(?:적혀|쓰여|실려|담겨|나와) ?있지 ?않|찾을 ?수 ?없(?:습니다|어요|었|네요)|찾지 ?못(?:했|하)|"
    r"확인(?:할 ?수 ?없|되지 ?않|이 ?어렵)(?:습니다|어요|네요|었|았)?|"
    r"알 ?수 ?없(?:습니다|어요|네요)|(?:답|답변|알려|말씀)(?:을|해)? ?(?:하기|드리기|할|드릴) ?(?:수 ?없|어렵|"
    r"힘들)|판단(?:할 ?수 ?없|하기 ?어렵)|"
    r"모르겠|잘 ?모르|알지 ?못"
)


def _likeness(term: str, other: str, carries: bool) -> float:
    """`Claims.likeness`: one begins with the other, or only the ending of the predicate differs."""
    if len(term) > 1 and len(other) > 1 and (other.startswith(term) or term.startswith(other)):
        return 1.0
    if not carries:
        return 0.0
    if len(term) == 1 or len(other) == 1:
        return _CHANGED if _place(term[0], 28) == _place(other[0], 28) else 0.0
    return _CHANGED if term[0] == other[0] and _place(term[1], 588) == _place(other[1], 588) else 0.0


def _place(syllable: str, size: int) -> int:
    """A syllable without its final consonant (28), or only its initial consonant (588)."""
    return (ord(syllable) - 0xAC00) // size


_CLAIMS = Claims(
    negators=r"않|못\s?[가-힣]|(?<![가-힣])안\s(?=[가-힣])|안\s?[돼됩되]|없|아니(?!요)|불가|금지|제외|마세요|"
    r"말아|마십시오|쉽니다|쉬어|쉬는|휴무|"
    r"휴관|닫습|닫아|닫는|선택(?!하)|미포함|거절",
    no_negators=r"틀림\s?없|상관\s?없|관계\s?없|^아니(?:요|오)|뿐(?:만)?\s?아니라|끝\s?없이|수\s?없이|[시분]에\s?닫",
    parts=r"[;:]\s|지만|는데|(?<=[아어여해])도\s|(?<=[하되이])며\s|(?<=[가-힣])(?<!하)고\s(?!싶|있|계)|"
    r"(?<=[으])면\s|(?<=하)면\s|"
    r"(?<=해)야\s|,\s",
    yes=r"(?:네|예|그럼요|물론(?:이에요|입니다|이죠)?|맞(?:아요|습니다))(?=[\s,.!]|$)[,.!]*",
    no=r"(?:아니(?:요|오)|아뇨)(?=[\s,.!]|$)[,.!]*",
    hedges=r"아마|것\s?같|듯\s?(?:해|합|하)|추측|짐작|거예요\s?아마|을\s?수도|ㄹ\s?수도",
    obliged=r"(?:해|아|어|여)야\s?(?:하|합|해|만|됩|돼)|필수|반드시|꼭|의무|필요(?!\s?(?:없|하지\s?않))",
    free=r"(?:지\s?않아도|안\s?[가-힣]{1,3}도)|선택(?!하)|필요\s?(?:없|하지\s?않)|없이도",
    least_before=r"(?:최소|적어도|최저)\s*$",
    least_after=r"^\s?[가-힣%]{0,3}?\s?(?:이상|초과|부터|이후|넘|가\s?지나)",
    most_before=r"(?:최대|최고|많아야)\s*$",
    most_after=r"^\s?[가-힣%]{0,3}?\s?(?:이하|미만|까지|이내|안에|내에|이전)",
    before_noon=r"오전|새벽|아침",
    after_noon=r"오후|저녁|밤|낮",
    contrasts=(
        (r"전(?:에|까지)", r"후(?:에|부터)"), (r"위(?:에|쪽)", r"아래(?:에|쪽)"), (r"(?:앞)에", r"뒤에"),
        (r"이상", r"이하|미만"), (r"늘리|늘어|증가", r"줄이|줄어|감소"), (r"왼쪽", r"오른쪽"),
        (r"먼저|처음", r"나중|마지막"),
        (r"(?<!실)내(?:에서|부)", r"(?:외부|밖)"), (r"항상|언제나", r"가끔|때때로"),
        (r"빠르|빠릅|빨라", r"느리|느립|느려"),
    ),
    compared=r"보다",
    predicate=r"(?:다|요|죠|까|면서|려면|려고)$|(?:[하되이]고|[하되이]며|면|지만|도록|[아어해]야|[아어해]도|"
    r"[아어해]서|하기|하는|되는|한|된|할|될)$",
    topic="[가-힣][은는]$",
    person="[김박최윤황권홍][가-힣]{2}(?:이|가|은|는|을|를|씨|님|의|에게)$",
    fragments=r"고\s|며\s|지만\s",
    sources="출처|문단|본문|자료",
    places="범위|구간|단계|인덱스|배열|목록|표|그림|식|값",
    speakers="사용자|질문",
    itself="답변",
    likeness=_likeness,
)  # fmt: skip


def _closed_by(*finals: int) -> str:
    """Matches any syllable with one of these final consonants, by their Unicode indexes."""
    return "[" + "".join(chr(0xAC00 + 28 * of + final) for of in range(399) for final in finals) + "]"


_WITH_N, _WITH_B, _CLOSED = _closed_by(4), _closed_by(17), _closed_by(*range(1, 28))
_NOT_VERBS_IN_NA = "".join(
    f"(?<!{stem})" for stem in "생각 기억 만 끝 빛 떠 일어 나타 태어 화 신 혼 소문 차이 티".split()
)
"""Verbs whose own stem ends as the ending does that asks: what is remembered, ends or appears asks nothing."""

KOREAN = Language(
    tag="ko",
    script="[\uac00-\ud7a3\u3131-\u318e]",
    asks=rf"(?:{_NOT_VERBS_IN_NA}나요|(?<!니)까요?|{_WITH_N}가요|는지요?|은지요?|{_WITH_B}니까|"
    rf"있나|없나|인가|은가|는가|던가|냐|(?!언){_CLOSED}니|알려\s?주세요|알려\s?줘|궁금(?:해요|합니다|하네요|해)|"
    r"가르쳐\s?주세요)[\s.~ㅋㅎㅠ!?^]*(?:$|\n)"
    r"|(?:무엇|뭐|뭔|누가|누구|언제|어디|어떻게|어떤|왜|몇\s|얼마)",
    asks_nothing=r"언제(?:나|든)|누구(?:나|든|보다)|어디(?:든|서나)|무엇(?:보다|이든)|뭐(?:든|니)|어떻게든|"
    r"얼마나 [^.!?\n]{1,20}던지|왜냐하면|왠지|어디까지나|"
    r"얼마 (?:전|안|뒤|후)|몇 (?:년|달|번|가지|개|명|시간|주) ?(?:전|째|이나)|"
    r"언젠가|누군가|뭔가|어딘가|무엇인가|어떤 (?:사람|분|면|의미)|어떻게 보면|그러니까|어쩐지",
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
        "how hot": Kind(r"온도|몇\s?도", r"\d\s?(?:도|℃|°)"),
        "how heavy": Kind(r"무게|몇\s?(?:kg|킬로|그램)", r"\d\s?(?:kg|g|킬로|그램|톤)"),
        "what size": Kind(r"크기|사이즈|높이|길이|너비|몇\s?(?:cm|센티|미터)", r"\d\s?(?:mm|cm|m|km|센티|미터|평)"),
        "contact": Kind(r"전화|연락|번호|메일", NEVER),
        "code": Kind(r"명령어|코드|구문|옵션|플래그|함수|메서드", NEVER),
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
    moments=r"[월화수목금토일]요일|오늘|내일|모레|어제|평일|주말|휴일|명절|오전|오후|아침|점심|저녁|새벽|여름|"
    r"가을|겨울",
    starts=r"([가-힣]{1,12})(?:보다|부터|에서)",
    ends=r"[.!?]{1,8}[\"'”’]?(?=[\uac00-\ud7a3])",
    fold=_fold,
    weigh=lambda term, place: _PART if place else 1.0,
    spellings=_spellings,
    checks=r"(?:되나요|돼요|되요|될까요|가능|있나요|있어요|인가요|하나요|해도|안\s?[되돼]|맞나요|나요)|못|않|없|빼고|제외|불가|금지",
    settles=r"^(?:네|예|아니|답: ?(?:네|예|아니|안))|않|없|못|안\s|불가|금지|제외|가능|만\s|수 있",
    whole=r"요약|정리해|간단히|쉽게 설명|번역|무슨 (?:내용|글|페이지)|어떤 (?:내용|글|페이지)",
    leans=r"^(?:그럼|그러면|그리고|그런데|근데|그래서|또|혹시)|그(?:거|건|것|게|곳|때|분|럼)|거기|이거|이건|저건",
    reminder="위 passage에 있는 내용으로만 한국어로 답하고, 문장마다 [1]처럼 번호를 붙이세요. "
    "답이 없으면 페이지에 나와 있지 않다고 하세요.",
    unsaid=_UNSAID,
    silent=r"(?:페이지|글)(?:에는|에|은|는)? ?[^.\n]{0,30}나와 있지 않|언급(?:이 없|되지 않|되어 있지 않)",
    even_so=r"지만|다만|[은는]데",
    consent=r"쿠키를? ?(?:사용|수집|허용)",
    claims=_CLAIMS,
)
