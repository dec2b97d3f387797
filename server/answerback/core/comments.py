"""Rules for comments: limits, edit window, questions, ranking."""

from __future__ import annotations

import math
import re
import unicodedata
from functools import cache
from typing import Literal

from .courtesies import is_courtesy
from .languages import LANGUAGES, either, words
from .markdown_dialect import with_addresses

BODY_LIMIT = 5_000
NAME_LIMIT = 50
TITLE_LIMIT = 300
URL_LIMIT = 2_000
PAGE_LIMIT, SAID_LIMIT = 500, 8_000
"""Of a thread's key, and of how a client may say it."""
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
_CODE = re.compile(
    r"^ {0,3}(`{3,}|~{3,}).*?^ {0,3}\1|^(?: {4}|\t).*?$|(?<!`)(`{1,3})(?!`)[^\n]*?(?<!`)\2(?!`)",
    re.DOTALL | re.MULTILINE,
)
_QUOTED = re.compile(r"^[ \t]*>.*$", re.MULTILINE)


def is_text(text: str) -> bool:
    """Whether both databases can store the text: no NUL, no lone surrogates."""
    return "\x00" not in text and not _SURROGATE.search(text)


def keepable(text: str) -> str:
    """The text without characters that no database stores."""
    return _SURROGATE.sub("", text).replace("\x00", "")


def clean_text(text: str) -> str:
    """NFC, Unix line ends, no invisible or direction-changing characters, trimmed."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _INVISIBLE.sub("", text).strip()


def clean_line(text: str) -> str:
    """As `clean_text`, on one line."""
    return " ".join(clean_text(text).split())


def clean_title(text: str) -> str:
    """A page's title, truncated rather than refused: visitors cannot change its length."""
    return clean_line(text)[:TITLE_LIMIT]


@cache
def _mention() -> re.Pattern[str]:
    """Matches the name alone, not inside an email address or a longer name; an attached particle is allowed."""
    names = either(re.escape(name) for name in sorted(words("calls")))
    called = rf"(?:^|[^\w./+-])@(?:(?:ai|answerback)(?!\.?[\w@-])|{names})"
    return re.compile(called, re.IGNORECASE | re.ASCII)


def mentions_ai(body: str) -> bool:
    """Whether the comment calls the AI: `@ai`, `@answerback`, or a name in a language (tests/golden/calls.json)."""
    return _mention().search(body) is not None


@cache
def _asking() -> tuple[list[tuple[re.Pattern[str], int]], re.Pattern[str]]:
    """Patterns of questions in each language, the length up to which they count, and exceptions."""
    asks = [(re.compile(each.pattern("asks"), re.IGNORECASE), each.asks_within) for each in LANGUAGES]
    return asks, re.compile(either(each.pattern("asks_nothing") for each in LANGUAGES), re.IGNORECASE)


def asks_something(body: str) -> bool:
    """Whether a comment asks a question, judged cheaply from its words. Ignores code, quotations and links. When in
    doubt, True: a visitor can decline the answer, and asking costs nothing until it is answered."""
    said = with_addresses(_QUOTED.sub(" ", _CODE.sub(" ", body)), lambda _: " ")
    # Runs of spaces and empty lines are collapsed first: the patterns would be quadratic in them.
    text = "\n".join(" ".join(line.split()) for line in said.split("\n") if line.strip())
    if re.search(r"[?？؟]", text):
        return True
    asks, asks_nothing = _asking()
    text = asks_nothing.sub(" ", text)
    return any(len(text) < most and each.search(text) for each, most in asks)


def answer_rule(of_site: str, of_page: str | None) -> str:
    """The answer rule of a page: its own, else the site's. A site that is off overrides all pages."""
    return "off" if of_site == "off" else of_page or of_site


def wants_answer(rule: str, ask: bool | None, body: str) -> Literal["no", "by_rule", "on_request"]:
    """Whether a comment gets an answer, by the `ai` rule and the author's choice (None: the rule decides). Explicit
    requests, by choice or by name, are answered under every rule. Greetings and thanks are never answered."""
    if rule == "off" or ask is False or is_courtesy(body):
        return "no"
    if ask or mentions_ai(body):
        return "on_request"
    if rule == "always" or (rule in ("questions", "drafts") and asks_something(body)):
        return "by_rule"
    return "no"


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
    """The length as JavaScript counts it: two for characters beyond the BMP."""
    return len(text) if text.isascii() else len(text) + sum(1 for character in text if character > "\uffff")
