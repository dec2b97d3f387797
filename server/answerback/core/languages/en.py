"""English, whose rules also fold words of other European languages."""

from __future__ import annotations

from functools import cache

from .language import Claims, Kind, Language, data

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
    """Irregular forms and their base forms."""
    return {form: root for root, forms in data("en")["irregular"].items() for form in forms.split()}


def stem(word: str) -> str:
    """A light English stemmer."""
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
        rf"opposite|by)\s(?:the\s|an?\s)?(?!\d|(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b|(?:{_MONTHS})\b)\w)",
    ),
}

_PAGE = (
    r"(?:pages?|sites?|websites?|articles?|texts?|passages?|documents?|documentation|docs|context|sources?|"
    r"materials?|content|"
    r"excerpts?|information|post|guide|faq)"
)
_ADVERB = r"(?:(?:explicitly|directly|actually|specifically|really|clearly|currently|yet|even|ever) )?"
_INFORMATION = (
    r"(?:(?:any|an?|enough|the|that|this|such|specific|further|more|sufficient|relevant|direct|clear|additional) ){0,3}"
    r"(?:information|info|details?|mention|answers?|indication|instructions?|data|guidance|specifics|references?|"
    r"word|statement)"
)
_UNSAID = (
    rf"\b{_PAGE}\b[^.!?\n]{{0,40}}?(?: (?:does|do|did) not|n['’]t| never) {_ADVERB}"
    r"(?:say|mention|state|tell|cover|specify|answer|address|indicate|discuss|describe|explain|clarify|disclose|"
    r"talk about|go into)s?\b|"
    rf"\b{_PAGE}\b[^.!?\n]{{0,40}}?(?: (?:does|do|did) not|n['’]t) {_ADVERB}(?:provide|give|contain|include|"
    rf"offer|have|list) (?:{_INFORMATION}|(?:the|an?|any) (?:exact|precise|specific) \w+)\b|"
    rf"(?:\bnot|n['’]t|\bnever) {_ADVERB}(?:mentioned|stated|covered|specified|said|addressed|documented|"
    rf"discussed|answered|described|"
    r"clear from|provided|given|listed|included|contained|found|part of|in)(?: (?:anywhere|here|on|in|by|from|"
    r"within)\b[^.!?\n]{0,30}?\b"
    rf"{_PAGE}\b| here\b| anywhere\b)|"
    r"(?:\bnot|n['’]t) (?:explicitly |directly |specifically )?(?:mentioned|stated|covered|specified|addressed|"
    r"said|documented)"
    r"(?: whether| how| what| where| when| who| why|[.!]?$)|"
    rf"\b(?:no|not any|not enough|insufficient|lack of) (?:further |specific |such |relevant |enough |"
    rf"direct )?(?:information|info|mention|details?|"
    r"indication|reference|statement|answer|data) (?:on|in|about|of|regarding|as to|for|whether|given|provided|"
    r"available|here|is|was)\b|"
    rf"\b(?:neither|none) (?:of )?(?:the )?{_PAGE} (?:say|mention|state|answer|cover|address)|\bnothing (?:on|in|"
    rf"here)\b[^.!?\n]{{0,40}}(?:say|mention|about)|"
    r"\b(?:i|we) (?:could not|couldn['’]t|cannot|can['’]t|can not|did not|didn['’]t|do not|don['’]t|"
    r"was unable to|am unable to|am not able to|were unable to|"
    r"wasn['’]t able to) (?:find|locate|see|answer|determine|confirm|tell|say|verify|help|know|provide)\b|"
    rf"\b(?:i|we)(?:['’]m| am| are)? (?:do not|don['’]t) have {_INFORMATION}\b|\bi(?:['’]m| am) (?:not sure|"
    rf"not certain|unsure)\b|"
    r"\b(?:cannot|can['’]t|could not) be (?:determined|answered|found|confirmed|verified)\b|"
    rf"\b(?:answer|information) (?:is|was)(?: not|n['’]t) (?:in|on|part of)\b[^.!?\n]{{0,20}}{_PAGE}|"
    r"\b(?:outside|beyond) the scope\b|\b(?:it is|it['’]s|remains|is) (?:unclear|unknown|not known|not clear)\b|"
    r"(?:not|n['’]t) find (?:this |that |it |any\w* )?(?:information |mention )?(?:on|in|about|of) "
)

_CLAIMS = Claims(
    negators=r"\b(?:not|no|never|none|neither|nor|nobody|nothing|nowhere|without|cannot|cant|dont|doesnt|isnt|"
    r"except|hardly|"
    r"exclud\w+|forbid\w*|prohibit\w*|banned|dropped|discontinued|deprecated|closed?|closes|impossible|"
    r"unavailable|unsupported|optional(?:ly)?|refus\w+|"
    r"den(?:y|ies|ied)|disabl\w+|fail(?:s|ed)?|lacks?|instead of|incompatible|invalid|unable|inaccessible|"
    r"few(?! \w+ (?:days|hours|minutes|weeks|months|years)))\b|\w+n['’]t\b",
    no_negators=r"\b(?:no|not) (?:more|less|fewer|later|longer|earlier|sooner|larger|older|higher) than\b|"
    r"\bnot (?:only|just)\b|"
    r"\bwhether or not\b|\bnot before\b|\bno matter\b|\b(?:closes?|closed) (?:at|from|after)\b|\ba few\b|^no[,.:;] |"
    r"\btoo few\b|\bno[.:]? ?\d|\bif not\b",
    parts=r"[;:!?]\s|\bbut\b|\bwhile\b|\bwhereas\b|\b(?:al)?though\b|\bhowever\b|\bbecause\b|(?=\bwithout\b)|"
    r"(?=\bexcept\b)|"
    r"\binstead of\b|(?=\bnot in\b)|(?:,\s?(?:and|or)?|\band)\s+(?=(?:it|they|you|we|he|she|there|this|that|"
    r"which|who|is|are|was|"
    r"were|do|does|did|may|can|must|will|should|has|have|not|no|never|cannot|\w+n['’]t)\b)|(?=\bas long as\b)|"
    r"(?=\bif\b)|"
    r"(?=\bunless\b)|(?=\bwith (?:a|an)\b)",
    yes=r"(?:yes|yeah|yep|certainly|of course|absolutely|indeed|correct|right)\b[,.!:;–—-]*",
    no=r"(?:no|nope|unfortunately(?:,)? no)\b(?! (?:need|more|less|one|longer|matter|later|fewer))[,.!:;–—-]*",
    hedges=r"\b(?:probably|presumably|likely|perhaps|maybe|might be|i (?:think|guess|assume|believe|suppose)|"
    r"i['’]d guess|"
    r"it seems|should be able|in my opinion|as far as i know|typically|generally speaking)\b",
    obliged=r"\b(?:must|required?|requires|mandatory|obligatory|compulsory|ha(?:ve|s) to|need(?:s|ed)? (?:to|an?|the)?|"
    r"necessary)\b",
    free=r"\b(?:optional|optionally|without|voluntary|(?:not|n['’]t) (?:need|required?|necessary|have to)|no need|"
    r"not required|enough)\b",
    least_before=r"(?:at least|minimum(?: of)?|no (?:less|fewer) than|more than|over|above|older than|from|since|after|"
    r"starting (?:at|from)|exceed(?:s|ing)?|not before|≥|>=?)\s*$",
    least_after=r"^\s*(?:\w+\s)?(?:or|and)\s(?:more|later|newer|older|above|over|up|upwards?|higher|longer|"
    r"greater)\b|^\+",
    most_before=r"(?:at (?:the )?most|up to|maximum(?: \w+){0,3}(?: is| of)?|max\.?|no (?:more|later|longer|"
    r"larger) than|not more than|"
    r"less than|fewer than|under|below|until|within|before|younger than|≤|<=?)\s*$",
    most_after=r"^\s*(?:\w+\s)?(?:or|and)\s(?:less|fewer|earlier|below|under|younger|lower|smaller|shorter)\b|"
    r"^\s*(?:at most|maximum|max)\b",
    before_noon=r"a\.?m\b\.?|o['’]clock in the morning",
    after_noon=r"p\.?m\b\.?|o['’]clock in the (?:afternoon|evening)",
    contrasts=(
        (r"\bbefore\b", r"\bafter\b"), (r"\babove\b", r"\bbelow\b"), (r"\bin front\b", r"\bbehind\b"),
        (r"\btoo (?:much|many)\b", r"\btoo (?:little|few)\b"), (r"\bmany\b", r"\bfew\b"),
        (r"\bincreas", r"\bdecreas|\breduc"), (r"\binside\b|\bindoors?\b", r"\boutside\b|\boutdoors?\b"),
        (r"\bleft\b", r"\bright\b"), (r"\bwith\b", r"\bwithout\b"), (r"\balways\b", r"\bnever\b|\bsometimes\b"),
        (r"\bsmall(?:er)?\b", r"\b(?:large|big)r?\b"), (r"\bfast(?:er)?\b", r"\bslow(?:er)?\b"),
        (r"\bminimum\b|\bat least\b", r"\bmaximum\b|\bat most\b|\bup to\b"),
        (r"\bstill\b", r"\bno longer\b|\bdropped\b|\bremoved\b"), (r"\bfirst\b", r"\blast\b"),
    ),
    compared=r"\bthan\b",
    fragments=r"\s(?:and|or|but|while)\s",
    sources=r"passages?|sources?|src|ref(?:erence)?s?|doc(?:ument)?s?|citations?|cite|id",
    places=r"range|interval|step|index|indices|element|elements|array|list|tuple|vector|version|chapter|section|"
    r"figure|table|"
    r"equation|item|line|column|row|key|bit|byte|issue|level|option|between|values?|in|to",
    speakers=r"User|Human|Question|Visitor|Assistant",
    itself=r"Assistant|Answer|AI",
)  # fmt: skip

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
    moments=r"\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun|week|to|yester|holi)day|weekend|tomorrow|tonight|"
    r"morning|noon|"
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
    unsaid=_UNSAID,
    silent=r"(?:page|text|article|passages?) (?:does not|doesn['’]t|do not|don['’]t) (?:say|mention|state|specify)\b",
    even_so=r"\b(?:but|however|though|although|while|only|except)\b",
    consent=r"\b(?:uses?|using|sets?|stores?|accept) (?:\w+ ){0,2}cookies|cookies? policy",
    claims=_CLAIMS,
)
