"""What a comment may be, when it may change, whether it asks something, and how it ranks."""

from __future__ import annotations

import math
import re
import unicodedata
from typing import Literal

BODY_LIMIT = 5_000
NAME_LIMIT = 50
TITLE_LIMIT = 300
URL_LIMIT = 2_000
PAGE_LIMIT = 500
QUESTION_LIMIT = 2_000
REASON_LIMIT = 500
KEY_LIMIT = 64
ID_LIMIT = 64
"""Limits count characters (Unicode code points), here as in the widget."""
DEPTH_LIMIT = 4
"""Levels of replies below a root; deeper ones hang under the deepest allowed parent."""

_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_MENTION = re.compile(r"(?:^|\s)@(?:(?:ai|answerback)\b|답변|인공지능)", re.IGNORECASE)
_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
_QUOTED = re.compile(r"^[ \t]*>.*$", re.MULTILINE)
_LINK = re.compile(r"https?://\S+")
_ENGLISH_OPENING = re.compile(
    r"(?:^|[.!?,;:\n]\s*|\b(?:so|and|but|hi|hello|hey|please|sorry|thanks|ok|okay)\b[, ]+)"
    r"(?:who|whom|whose|what|what's|when(?! (?:i|we|you|he|she|it|they)\b)|where|where's|which|why|how|"
    r"is there|are there|is it|is this|does|do you|"
    r"do i|do we|did|can i|can you|can we|can anyone|can someone|could you|could i|could someone|"
    r"would you|will it|will you|"
    r"should i|am i|anyone know|does anyone|any idea|any discounts?|i wonder|tell me|explain)\b",
    re.IGNORECASE,
)
_KOREAN_QUESTION = re.compile(
    r"(?:나요|까요|가요|ㄴ가요|는지요?|은지요?|ㄹ까요?|습니까|ㅂ니까|입니까|니까|을까|를까|일까|할까|될까|있나|없나|하나요|"
    r"인가|은가|는가|던가|냐|니|죠|알려\s?주세요|알려\s?줘|궁금(?:해요|합니다|하네요|해)|가르쳐\s?주세요)[\s.~ㅋㅎㅠ!?^]*(?:$|\n)"
    r"|(?:무엇|뭐|뭔|누가|누구|언제|어디|어떻게|어떤|왜|몇\s|얼마)"
)


_NO_QUESTION = re.compile(
    r"\b(?:what an?|how(?! (?:much|many|long|far|old|do|does|can|to|is|are)\b)) [^.!?\n]{1,60}!|"
    r"언제(?:나|든)|누구(?:나|든|보다)|어디(?:든|서나)|무엇(?:보다|이든)|뭐(?:든|니)|어떻게든|"
    r"얼마나 [^.!?\n]{1,20}던지",
    re.IGNORECASE,
)
"""What has a word that asks, and asks nothing."""


def is_text(text: str) -> bool:
    """Whether both databases can keep it: no NUL, and no half of a character of two halves."""
    return "\x00" not in text and not _SURROGATE.search(text)


def keepable(text: str) -> str:
    """The text without what no database keeps."""
    return _SURROGATE.sub("", text).replace("\x00", "")


def clean_text(text: str) -> str:
    """NFC, unix line ends, without invisible and direction-changing characters, trimmed."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _INVISIBLE.sub("", text).strip()


def clean_line(text: str) -> str:
    """As `clean_text`, on one line."""
    return " ".join(clean_text(text).split())


def mentions_ai(body: str) -> bool:
    """Whether the comment calls the AI by name: `@ai`, `@answerback`, `@답변`."""
    return _MENTION.search(body) is not None


def asks_something(body: str) -> bool:
    """Whether a comment asks something, told cheaply from its words, in English and Korean.

    Code, quotations and links do not count. Leans towards yes: a visitor can always take the answer away from a
    comment, and asking costs nothing until it is answered.
    """
    said = _LINK.sub(" ", _QUOTED.sub(" ", _CODE.sub(" ", body)))
    # Without long runs of spaces and empty lines, at which the expressions would try each place anew.
    text = "\n".join(" ".join(line.split()) for line in said.split("\n") if line.strip())
    if re.search(r"[?？؟]", text):
        return True
    text = _NO_QUESTION.sub(" ", text)
    return (_ENGLISH_OPENING.search(text) is not None and len(text) < 300) or _KOREAN_QUESTION.search(text) is not None


def answer_rule(of_site: str, of_page: str | None) -> str:
    """The rule for answers on a page: its own, else the site's; where the site is off, nothing else counts."""
    return "off" if of_site == "off" else of_page or of_site


def wants_answer(rule: str, ask: bool | None, body: str) -> Literal["no", "by_rule", "on_request"]:
    """Whether a comment gets an answer, by the `ai` rule and what its author chose (None: the rule decides).

    What is asked for on purpose, by choice or by calling the AI's name, is answered on request: also where it would
    keep silent by itself.
    """
    if rule == "off" or ask is False:
        return "no"
    if ask or mentions_ai(body):
        return "on_request"
    if rule == "always" or (rule in ("questions", "drafts") and asks_something(body)):
        return "by_rule"
    return "no"


def needs_approval(moderation: str, body: str, *, published_before: bool) -> bool:
    """Whether a new comment waits for the owner, by the site's `moderation`."""
    if moderation == "all":
        return True
    if moderation == "first":
        return not published_before
    return moderation == "links" and _LINK.search(body) is not None


def best_score(up: int, down: int) -> float:
    """Lower bound of Wilson's score interval at 95 % (E. B. Wilson, 1927): few votes prove little."""
    total = up + down
    if total == 0:
        return 0.0
    z = 1.96
    share = up / total
    spread = z * math.sqrt((share * (1 - share) + z * z / (4 * total)) / total)
    return (share + z * z / (2 * total) - spread) / (1 + z * z / total)


def utf16_length(text: str) -> int:
    """Length as JavaScript counts it: characters beyond the basic plane count twice."""
    return len(text) + sum(1 for character in text if character > "\uffff")
