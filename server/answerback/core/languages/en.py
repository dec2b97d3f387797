"""English, whose rules also fold the words of other languages of Europe."""

from __future__ import annotations

from functools import cache

from .language import Kind, Language, data

_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
_COUNTED = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|hundreds?"
_FIGURE = r"\d[\d.,]{0,20}"
"""Bounded: a long run of digits would be read anew from each of them."""
_NAME = r"(?<=[\w,;:)] )(?:[A-Z][\w'’.-]*)(?: (?:[A-Z][\w'’.-]*|of|de|van|von|the))*|^[A-Z]\w+(?: [A-Z]\w+)+"
_SUFFIXES = (("ies", "y"), ("sses", "ss"), ("ing", ""), ("edly", ""), ("ed", ""), ("ly", ""), ("es", ""), ("s", ""))


@cache
def _roots() -> dict[str, str]:
    """Irregular forms and what they are forms of."""
    return {form: root for root, forms in data("en")["irregular"].items() for form in forms.split()}


def stem(word: str) -> str:
    """An English word without its ending, well enough to meet its relatives."""
    word = _roots().get(word, word)
    for end, put in _SUFFIXES:
        if word.endswith(end) and len(word) - len(end) >= 3 and not word.endswith("ss"):
            word = word[: len(word) - len(end)] + put
            if put == "" and len(word) > 3 and word[-1] == word[-2] and word[-1] not in "ls":
                word = word[:-1]
            break
    return word[:-1] if word.endswith("e") and len(word) > 4 else word


def _fold(word: str) -> tuple[str, ...]:
    return (stem(word.partition("'")[0].partition("’")[0]),)


_KINDS = {
    "when": Kind(
        r"\bwhen\b|(?:what|which|whose) (?:\w+ )?(?:time|year|day|date|month|century|decade)",
        rf"(?i:\b[12]\d{{3}}s?\b|\b(?:{_MONTHS})\b|\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b|\d{{1,2}}[:.]\d\d|"
        r"\b\d{1,2}\s?[ap]\.?m\b|\bcentur(?:y|ies)\b|"
        r"\b(?:noon|midnight|dawn|sunset|spring|summer|autumn|winter|today)\b)",
    ),
    "how long": Kind(
        r"how (?:long|old)",
        rf"(?i:(?:{_FIGURE}|\b(?:{_COUNTED}|an?|half|several|few))[\s-](?:\w+[\s-])?"
        r"(?:seconds?|minutes?|hours?|days?|nights?|weeks?|months?|years?|decades?|centur(?:y|ies))\b)",
    ),
    "what it costs": Kind(
        r"how much.{0,40}(?:cost|pay|charge|price|fee|spen|money)|(?:price|cost|fee)\b",
        rf"(?i:[$€£¥₩]\s?\d|{_FIGURE}\s?(?:euros?|dollars?|pounds?|crowns?|cents?|won|yen)|\bfree\b)",
    ),
    "how many": Kind(
        r"how (?:much|many|far|tall|big|high|often|deep|fast|heavy|large|wide)|"
        r"(?:what|which) (?:percent|number|proportion|amount|population|size|fraction)",
        rf"(?i:{_FIGURE}|\b(?:{_COUNTED}|thousands?|millions?|billions?|dozens?|half|third|quarter|once|twice|none|"
        r"several)\b)",
    ),
    "who": Kind(
        r"\bwho(?:m|se)?\b|(?:what|which) (?:person|king|author|president|scientist|company|artist|group|name)", _NAME
    ),
    "which place": Kind(
        r"(?:what|which) (?:city|country|state|region|river|place|town|university|school|language|island)", _NAME
    ),
    "why": Kind(
        r"\bwhy\b|what (?:was|is|were) the (?:reason|purpose|cause)",
        r"(?i:\b(?:because|since|so that|due to|owing to|reason|in order|as a result|to \w+|for the)\b)",
    ),
    "where": Kind(
        r"\bwhere\b",
        r"(?i:\b(?:in|at|on|near|beside|behind|from|to|of|through|across|along|between|into|around|above|below|under|"
        r"opposite|by)\s(?:the\s|an?\s)?\w)",
    ),
}

ENGLISH = Language(
    tag="en",
    asks=r"(?:^|[.!?,;:\n]\s*|\b(?:so|and|but|hi|hello|hey|please|sorry|thanks|ok|okay)\b[, ]+)"
    r"(?:who|whom|whose|what|what's|when(?! (?:i|we|you|he|she|it|they)\b)|where|where's|which|why|how|"
    r"is there|are there|is it|is this|does|do you|"
    r"do i|do we|did|can i|can you|can we|can anyone|can someone|could you|could i|could someone|"
    r"would you|will it|will you|"
    r"should i|am i|anyone know|does anyone|any idea|any discounts?|i wonder|tell me|explain)\b",
    asks_within=300,
    asks_nothing=r"\b(?:what an?|how(?! (?:much|many|long|far|old|do|does|can|to|is|are)\b)) [^.!?\n]{1,60}!",
    kinds=_KINDS,
    marks={
        "when": r"\bwhen\b|\bwhat (?:time|day|date|year)\b|\bhours?\b",
        "where": r"\bwhere\b",
        "who": r"\bwho(?:m|se)?\b",
        "why": r"\bwhy\b",
        "amount": r"\bhow (?:much|many|long|far|old|often|big|tall)\b|\bprice\b|\bcosts?\b",
        "how": r"\bhow (?:do|does|can|to|should|is|are|did|i|we|you)\b",
        "not": r"\bnot\b|cannot|n['’]t\b|\bnever\b|\bwithout\b",
    },
    moments=r"\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun|week|to|yester|holi)day|weekend|tomorrow|tonight|morning|noon|"
    r"afternoon|evening|spring|summer|autumn|winter|christmas|easter)",
    starts=r"\b(?:from|than)\s+(?:(?:the|an?|my|your|our)\s+)?(\w{1,40})",
    fold=_fold,
    unsaid=r"(?:pages?|site|website|article|text|passages?) (?:does not|doesn['’]t|do not|don['’]t) "
    r"(?:say|mention|state|tell|cover|specify|provide|give|contain|include|answer)|"
    r"(?:not|n['’]t) (?:mentioned|stated|covered|specified|said) (?:on|in|by|anywhere|whether|how|what|where|when) |"
    r"\bno (?:information|mention|details?) (?:on|in|about|of|regarding) |"
    r"(?:not|n['’]t) find (?:this |that |it |any\w* )?(?:information |mention )?(?:on|in|about|of) ",
    silent=r"(?:page|text|article|passages?) (?:does not|doesn['’]t|do not|don['’]t) (?:say|mention|state|specify)\b",
    even_so=r"\b(?:but|however|though|although|while|only|except)\b",
    consent=r"\b(?:uses?|using|sets?|stores?|accept) (?:\w+ ){0,2}cookies|cookies? policy",
)
