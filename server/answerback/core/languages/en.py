"""English, whose rules also fold the words of other languages of Europe."""

from __future__ import annotations

from functools import cache

from .language import Kind, Language, data

_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
_COUNTED = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|hundreds?"
_FIGURE = r"\d[\d.,]{0,20}"
"""Bounded: a long run of digits would be read anew from each of them."""
_NO_NAME = rf"(?!(?i:in|on|at|the|{_MONTHS}|(?:mon|tues|wednes|thurs|fri|satur|sun)days?)\b)"
_NAME = (
    rf"(?<=[\w,;:)] ){_NO_NAME}(?:[A-Z][\w'’.-]*)(?: (?:[A-Z][\w'’.-]*|of|de|van|von|the))*|"
    rf"^{_NO_NAME}[A-Z]\w+(?: {_NO_NAME}[A-Z]\w+)+"
)
_SUFFIXES = (("ies", "y"), ("sses", "ss"), ("ing", ""), ("edly", ""), ("ed", ""), ("ly", ""), ("es", ""), ("s", ""))


@cache
def _roots() -> dict[str, str]:
    """Irregular forms and what they are forms of."""
    return {form: root for root, forms in data("en")["irregular"].items() for form in forms.split()}


def stem(word: str) -> str:
    """An English word without its ending, well enough to meet its relatives."""
    word = _roots().get(word) or _roots().get(word.removesuffix("s"), word)
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
    "how hot": Kind(r"how (?:hot|warm|cold)|temperature", r"(?i:\d\s?(?:°|℃|℉|degrees?\b))"),
    "how heavy": Kind(
        r"how (?:heavy|much .{0,40}\bweighs?\b)|\bweights?\b",
        r"(?i:\d\s?(?:kgs?|g|grams?|kilos?|kilograms?|lbs?|tons?|oz)\b)",
    ),
    "what size": Kind(
        r"how (?:tall|big|wide|high|long|deep|large)\b(?! (?:do|does|did|will|until|before|after|have|has))|"
        r"what size|dimensions",
        r"(?i:\d\s?(?:mm|cm|km|m|metres?|meters?|inch(?:es)?|in|ft|feet|miles?|[\"”″])(?!\w)|\d\s?[×x]\s?\d)",
    ),
    "contact": Kind(
        r"\b(?:phone|telephone|call|contact|e-?mail|reach)\b",
        r"\+?\d[\d ()/.-]{6,}\d|\w@\w|\d{3,4}-\d{4}",
    ),
    "code": Kind(
        r"\b(?:command|code|syntax|snippet|flag|switch|argument|attribute|function|method|header|endpoint|import|curl|pip|"
        r"npm|regex|command[- ]line|env(?:ironment)? var\w*)\b",
        r"[\w)\]}][=({\[]|--\w|::|^\$ |[{};]$|\w_\w|</?\w|^(?:[a-z]+ ){1,3}(?:-{1,2}[a-z]|[\"'./~])",
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
    checks=r"^(?:\w+,? )?(?:is|are|was|were|do|does|did|can|could|may|must|will|would|should|has|have|am)\b|"
    r"n['’]t\b|\b(?:not|cannot|never|without|except|forbidden|allowed|possible)\b",
    settles=r"^(?:yes|no)\b|\b(?:no|not|none|never|nor|neither|cannot|without|except|only|unless|may|can|must|closed)\b|"
    r"n['’]t\b",
    whole=r"\bsummar|\btl;?\s?dr\b|\b(?:main|key) (?:points?|takeaways?|ideas?)\b|\btranslat|"
    r"\bin (?:short|a nutshell|simple)|"
    r"what(?:'s| is) (?:this|the) (?:page|article|post|site|text)|this (?:page|article|post) about|\bexplain this\b",
    leans=r"^(?:and|but|or|so|then|also|what about|how about)\b|"
    r"\b(?:it|its|they|them|their|that one|this one|these|those|there|he|she|him|her)\b",
    reminder="Answer only from the passages, in the language of the question, and put the number of the passage after "
    "each statement, like [1]. If they do not answer it, say that the page does not say.",
    unsaid=r"(?:pages?|site|website|article|text|passages?) (?:does not|doesn['’]t|do not|don['’]t) "
    r"(?:say|mention|state|tell|cover|specify|provide|give|contain|include|answer)|"
    r"(?:not|n['’]t) (?:mentioned|stated|covered|specified|said) (?:on|in|by|anywhere|whether|how|what|where|when) |"
    r"\bno (?:information|mention|details?) (?:on|in|about|of|regarding) |"
    r"(?:not|n['’]t) find (?:this |that |it |any\w* )?(?:information |mention )?(?:on|in|about|of) ",
    silent=r"(?:page|text|article|passages?) (?:does not|doesn['’]t|do not|don['’]t) (?:say|mention|state|specify)\b",
    even_so=r"\b(?:but|however|though|although|while|only|except)\b",
    consent=r"\b(?:uses?|using|sets?|stores?|accept) (?:\w+ ){0,2}cookies|cookies? policy",
)
