"""A paragraph's words as a reader sees them: superscripts, prices, shielded addresses, formulas."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from typing import Any

from ...core.invisible import strip_hidden
from .formulas import FORMULA_LIMIT, formula, is_tex, tex_of

BREAK = "\u2028"
"""A line break within a paragraph, until it is known what it is for."""
UNREAD = frozenset(
    """script style noscript template select option optgroup datalist input textarea svg canvas iframe object embed
    video audio head progress meter answerback-comments answerback-ask answerback-count rp rt rtc""".split()
)
"""What holds no words of the page."""
STRUCK = frozenset(("s", "strike", "del"))
CODE = frozenset(("pre", "code", "kbd", "samp", "tt", "var"))
_WORDS = frozenset("span a strong b em i label time small button data output u font mark bdi".split())
"""Inline elements that are often set apart by their style alone."""
_APART = frozenset(
    """p li blockquote pre dt dd figcaption caption summary address div section article main ul ol dl table tbody thead
    tfoot tr td th figure details header footer nav aside form fieldset legend hgroup h1 h2 h3 h4 h5 h6 hr
    dialog""".split()
)
_UNSEEN = frozenset(("sr-only", "visually-hidden", "visuallyhidden", "screen-reader-text", "sr-only-focusable"))
_RAISED = str.maketrans("0123456789+-−–=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁼⁽⁾ⁿⁱ")
_LOWERED = str.maketrans("0123456789+-−–=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₋₌₍₎")
_FIGURES = re.compile(r"[0-9+\-−–=()]+|[ni]")
_NOTE = re.compile(r"\[?(?:\d{1,3}|[a-z*†‡§¶]{1,2})\]?", re.IGNORECASE)
_CURRENCY = "$€£¥₩₹₽₺₫฿₴₪"
_PRICE = re.compile(rf"(?:[{_CURRENCY}]|\b(?:USD|EUR|GBP|CHF|CAD|AUD|JPY|KRW|Rs|Fr|kr)\.?)\s?\d[\d.,' ]*$")
_FIGURE_AT_END, _CURRENCY_NEXT = re.compile(r"\d$"), re.compile(rf"\s?(?:[{_CURRENCY}]|(?:EUR|USD|CHF|kr|zł|Kč)\b)")
_LINE_NUMBERS = re.compile(
    r"(?:^|[\s_-])(?:ln|lnt|line-?(?:no|nos|num|number|numbers)|blob-num|gutter)(?:$|[\s_-])", re.I
)
_FORMULA_PICTURE = re.compile(r"(?:^|[\s_-])(?:latex|tex|math|mwe-math\S*)(?:$|[\s_-])")
_TAIL = 24


class Words:
    """Reads elements' text and skips what is hidden."""

    def __init__(self, hidden: Collection[Any], left_out: Collection[Any]) -> None:
        self.hidden, self._left_out = hidden, left_out
        self._out: list[str] = []
        self._ended = ("", 0)
        """The tag of the element that has just ended, and how many characters it had."""

    def of(self, element: Any) -> str:
        """An element's text, with its whitespace and `BREAK` for line breaks."""
        self._out, self._ended = [], ("", 0)
        self._add_inside(element, element.tag in CODE)
        return "".join(self._out)

    def of_child(self, element: Any, before: str = "") -> str:
        """The text of an inline element behind other text."""
        self._out, self._ended = [before[-_TAIL:]], ("", 0)
        previous = element.getprevious()
        if previous is not None and before and not (previous.tail or "").strip(" ") and previous.tag in _WORDS:
            self._ended = (previous.tag, _TAIL)
        self._add(element, False)
        return "".join(self._out[1:])

    def is_left_out(self, element: Any) -> bool:
        """Whether an element is skipped."""
        tag = element.tag
        if not isinstance(tag, str) or element in self.hidden or element in self._left_out:
            return True
        if tag in UNREAD:
            return not (is_tex(element) or _is_shadow(element))
        return (
            tag in STRUCK
            or (tag == "a" and is_heading_anchor(element))
            or (not _UNSEEN.isdisjoint((element.get("class") or "").split()))
            or "editsection" in (element.get("class") or "")
            or _is_line_number(element)
            or "line-through" in (element.get("style") or "")
        )

    def _add_inside(self, element: Any, code: bool) -> None:
        self._say(element.text)
        for child in element:
            self._add(child, code)
            self._say(child.tail)

    def _say(self, text: str | None) -> None:
        if text:
            self._out.append(text)
            self._ended = ("", 0)

    def _add(self, element: Any, code: bool) -> None:
        if self.is_left_out(element):
            return
        tag = element.tag
        if tag == "br":
            self._say("\n" if code else BREAK)
            return
        special = _special(element, tag, self._before() if tag in ("sup", "sub") else "")
        if special is not None:
            self._say(special)
            return
        at = len(self._out)
        code = code or tag in CODE
        if tag in _APART or "-" in tag:
            self._part(code)
            self._add_inside(element, code)
            self._part(code)
            return
        ended, self._ended = self._ended, ("", 0)
        self._add_inside(element, code)
        added = "".join(self._out[at:])
        if (
            added
            and not code
            and tag in _WORDS
            and self._run_together("".join(self._out[max(0, at - 3) : at]), added, ended)
        ):
            self._out.insert(at, " ")
        if added:
            self._ended = (tag, len(added))
        elif not code:
            self._ended = ended

    def _part(self, code: bool) -> None:
        if not code:
            self._say(" ")
        elif self._before() and not self._before().endswith("\n"):
            self._say("\n")

    def _before(self) -> str:
        return "".join(self._out[-4:])[-_TAIL:]

    @staticmethod
    def _run_together(before: str, added: str, ended: tuple[str, int]) -> bool:
        """Whether words touch that CSS separates: neighbouring elements, or a label and its number."""
        if not before or not before[-1].isalnum() or not added[0].isalnum():
            return False
        if ended[0] in _WORDS:
            return ended[1] > 1 and len(added) > 1
        return added[0].isdigit() and len(added) > 2 and before[-3:].isalpha() and len(before) > 2


def _special(element: Any, tag: str, before: str) -> str | None:
    """The text of an element whose text nodes do not give it; None for all others."""
    if shielded := element.get("data-cfemail"):
        return unshielded(shielded)
    if tag == "math":
        return f" {formula(element)} "
    if tag == "mjx-container" or (element.get("class") or "").startswith("MathJax"):
        found = None if is_tex_next(element) else next(element.iter("math"), None)
        return "" if found is None else f" {formula(found)} "
    if tag == "script":
        return f" {tex_of(element)} "
    if tag == "img":
        is_formula = element.get("alt") and _FORMULA_PICTURE.search(element.get("class") or "")
        return f" {formula_of_picture(element)} " if is_formula else ""
    if tag == "sup":
        return raised(element, before)
    if tag == "sub":
        text = "".join(element.itertext()).strip()
        return text.translate(_LOWERED) if _FIGURES.fullmatch(text) and text not in ("n", "i") else None
    return None


def is_tex_next(element: Any) -> bool:
    """Whether a rendered formula is followed by its source."""
    following = element.getnext()
    return following is not None and (is_tex(following) or (following.get("class") or "").startswith("MathJax"))


def _is_line_number(element: Any) -> bool:
    named = element.get("class") or ""
    if not _LINE_NUMBERS.search(named):
        return False
    text = "".join(element.itertext())
    return bool(text) and not text.strip("0123456789 \n")


def _is_shadow(element: Any) -> bool:
    return element.tag == "template" and bool(element.get("shadowrootmode") or element.get("shadowroot"))


def formula_of_picture(element: Any) -> str:
    """The formula of a picture's alternative text, unless it also stands on the page."""
    parent = element.getparent()
    if parent is not None and next(parent.iter("math"), None) is not None:
        return ""
    return " ".join((element.get("alt") or "").split())[:FORMULA_LIMIT]


def raised(element: Any, before: str) -> str | None:
    """A superscript: digits as exponents, cents of a price behind a point, footnote marks dropped."""
    text = "".join(element.itertext()).strip()
    leads = any("#" in (link.get("href") or "") for link in (element.getparent(), *element.iter("a")))
    if _NOTE.fullmatch(text) and (leads or text.startswith("[") or element.get("id", "").startswith("fn")):
        return ""
    is_price = _PRICE.search(before) or (_FIGURE_AT_END.search(before) and _CURRENCY_NEXT.match(element.tail or ""))
    if is_price and re.fullmatch(r"\d\d", text):
        return f".{text}"
    if _FIGURES.fullmatch(text) and before[-1:].strip():
        return text.translate(_RAISED)
    if len(text) == 1 and text.isalpha() and before[-1:].isalpha():
        return f"^{text}"
    return None


def is_heading_anchor(element: Any) -> bool:
    """Whether an in-page link shows only a sign (`¶`, `#`) or nothing."""
    if "#" not in (element.get("href") or ""):
        return False
    text = "".join(element.itertext())
    return len(text) <= 3 and not any(character.isalnum() for character in text) and element.find(".//img") is None


def unshielded(code: str) -> str:
    """Decodes Cloudflare's obfuscated email address: each octet XOR the first."""
    try:
        octets = bytes.fromhex(code)
    except ValueError:
        return ""
    return bytes(octet ^ octets[0] for octet in octets[1:]).decode("utf-8", "replace") if octets else ""


def line(text: str) -> str:
    """A text on one line."""
    return " ".join(strip_hidden(text).split())


_SENTENCE_ENDS = (".", "!", "?", "…", ":", "。", "！", "？", "：", ")", "”", '"', "」")
_SHORT_LINE = 60
_ITEM = re.compile(r"[-–•·*▶►■□●○◆◇※☞✓✔①-⑳]|\d{1,3}[.)]")


def paragraphs(text: str) -> list[str]:
    """Splits text with line breaks into paragraphs at empty lines; a break is kept if the line is a statement by
    itself, and is a space if it only wraps."""
    if BREAK not in text:
        return [found] if (found := line(text)) else []
    result: list[str] = []
    lines: list[str] = []
    for part in [*text.split(BREAK), ""]:
        part = line(part)
        if not part:
            if lines:
                result.append("".join(lines))
            lines = []
        elif lines:
            lines.append(("\n" if _stands_alone(lines[-1], part) else " ") + part)
        else:
            lines.append(part)
    if lines:
        result.append("".join(lines))
    return result


def _stands_alone(before: str, after: str) -> bool:
    if before.endswith(_SENTENCE_ENDS) or _ITEM.match(after):
        return True
    first = after[0]
    if len(before) > _SHORT_LINE:
        return False
    return first.isupper() or first.isdigit() or (unicodedata.category(first) == "Lo" and ":" in after[:20])
