"""Differences from CommonMark: scripts without spaces, dates, and bare addresses.

CommonMark asks for a space or a sign beside emphasis, which Korean, Japanese and Chinese do not write; here their
letters serve as well (as proposed at https://github.com/tats-u/markdown-cjk-friendly).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from .languages import either, words
from .links import link
from .patterns import lazy

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline

_CJK = (
    "\u1100-\u11ff\u3005-\u3007\u3040-\u30ff\u3130-\u318f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f"
    "\uac00-\ud7ff\uf900-\ufaff\uff66-\uffdc\U00020000-\U0003ffff"
)
_IS_CJK = lazy(f"[{_CJK}]")
_SIGN = rf"(?![{_CJK}])[^\s<>\"`\]\\^{{|}}\u2018-\u201f\u2026\u3000-\u303f\uff00-\uff65\uffe0-\uffef]"
_INSIDE = rf"(?<=[A-Za-z0-9])[{_CJK}]{{1,80}}(?=[-_/%=&])"
LONGEST = 500
DEEPEST = 16
"""Levels of quotes and lists inside each other, a list counting twice; the parser reads no more than 20."""
_LEFT_OUT = ".,;:!?'*_~"
_SCHEME = re.compile(r"(?<![A-Za-z0-9+.-])https?$", re.IGNORECASE)
_WAVES = re.compile("~{3,}")
_NUMBERED = re.compile(r"(\d{1,9})([.)])[ \t]+(\d{1,2}[.)](?!\S))?")


@cache
def _address() -> re.Pattern[str]:
    """Matches a bare address. CJK letters belong to it if a part of its path begins with them or continues behind them;
    text directly after a final slash does not."""
    domains, attached, always = (
        either(re.escape(word) for word in sorted(words(name), key=len, reverse=True))
        for name in ("top_level_domains", "attached", "always_attached")
    )
    host = rf"(?:(?![{_CJK}])[\w%~-]|[{_CJK}][\w-]*(?=\.\w)|(?:{domains})|[.@:](?=[^\W_]|%)|\[[\da-f:.]*\])+"
    part = rf"(?:(?<=[/=&?#+_-])|(?<=_\())(?!(?:{always})|(?:{attached})(?![\w/-]))[{_CJK}]\w*"
    return re.compile(rf"https?://{host}(?:[/?#](?:{_SIGN}|{part}|{_INSIDE})*)?", re.IGNORECASE)


def bare_address(text: str, start: int) -> str:
    """The address that begins here, without the sentence's punctuation; empty if none."""
    match = _address().match(text[start : start + LONGEST])
    address = _balanced(match[0]) if match else ""
    return address.rstrip(_LEFT_OUT)


def _balanced(address: str) -> str:
    """The address up to an unbalanced closing bracket."""
    open_ones = 0
    for place, sign in enumerate(address):
        open_ones += (sign == "(") - (sign == ")")
        if open_ones < 0:
            return address[:place]
    return address


def with_addresses(text: str, shown: Callable[[str], str], other: Callable[[str], str] = str) -> str:
    """The text with `shown` applied to bare addresses and `other` to the text between."""
    out, at = [], 0
    for match in _address().finditer(text):
        address = bare_address(text, match.start())
        out += [other(text[at : match.start()]), shown(address)]
        at = match.start() + len(address)
    return "".join(out) + other(text[at:])


def speak(parser: MarkdownIt) -> None:
    """Adds the differences to a parser."""
    parser.inline.ruler.at("emphasis", _emphasis)
    parser.inline.ruler.at("strikethrough", _strikethrough)
    parser.inline.ruler.after("text", "bare_address", _bare_address)
    _unless(parser, "list", _counts_nothing)
    _unless(parser, "fence", _never_ends)
    for name in ("blockquote", "list"):
        _unless(parser, name, _too_deep)


def _unless(parser: MarkdownIt, name: str, looks_only: Callable[[StateBlock, int], bool]) -> None:
    """A block rule, disabled for lines that only look like its start."""
    rule = next(rule for rule in parser.block.ruler.__rules__ if rule.name == name)
    original = rule.fn

    def narrowed(state: StateBlock, start: int, end: int, silent: bool) -> bool:
        return not looks_only(state, start) and original(state, start, end, silent)

    parser.block.ruler.at(name, narrowed, {"alt": rule.alt})


def _too_deep(state: StateBlock, _line: int) -> bool:
    """Whether nesting has reached the parser's limit, beyond which it would drop text; from there on, markers are
    text."""
    return state.level >= DEEPEST


def _counts_nothing(state: StateBlock, line: int) -> bool:
    """Whether a line only looks like a list's start: a date, or a number without a successor."""
    match = _NUMBERED.match(state.src, state.bMarks[line] + state.tShift[line], state.eMarks[line])
    if not match:
        return False
    number, sign, second = match.groups()
    if second or len(number) > 3:
        return True
    neighbours = rf"^[ \t>]*(?:{int(number) - 1}|{int(number) + 1}){re.escape(sign)}[ \t]"
    return int(number) > 1 and not re.search(neighbours, state.src, re.MULTILINE)


def _never_ends(state: StateBlock, line: int) -> bool:
    """Whether tildes at a line's start are no fence because none closes it: `~~~ hello`."""
    match = _WAVES.match(state.src, state.bMarks[line] + state.tShift[line], state.eMarks[line])
    return match is not None and not re.search(rf"^[ >]*{match[0]}~*[ ]*$", state.src[match.end() :], re.MULTILINE)


def _beside(state: StateInline, length: int) -> tuple[str, str]:
    """The characters before and after a run of markers."""
    end = state.pos + length
    return state.src[state.pos - 1 : state.pos] if state.pos else "", state.src[end : min(end + 1, state.posMax)]


def _emphasis(state: StateInline, silent: bool) -> bool:
    marker = state.src[state.pos]
    if silent or marker not in "*_":
        return False
    run = state.scanDelims(state.pos, marker == "*")
    before, after = _beside(state, run.length)
    opens = run.can_open or (marker == "*" and bool(_IS_CJK.match(before)) and bool(after.strip()))
    closes = run.can_close or (marker == "*" and bool(_IS_CJK.match(after)) and bool(before.strip()))
    for _ in range(run.length):
        _delimit(state, marker, run.length, opens=opens, closes=closes)
    state.pos += run.length
    return True


def _strikethrough(state: StateInline, silent: bool) -> bool:
    """Two tildes open before a word; between words they are text (`9~~10`)."""
    if silent or state.src[state.pos] != "~":
        return False
    run = state.scanDelims(state.pos, True)
    before, after = _beside(state, run.length)
    opens = bool(after.strip()) and not before.isalnum()
    closes = bool(before.strip())
    if run.length == 2:
        _delimit(state, "~~", 0, opens=opens, closes=closes)
    else:
        state.append_pending("~" * run.length)
    state.pos += run.length
    return True


def _delimit(state: StateInline, markup: str, length: int, *, opens: bool, closes: bool) -> None:
    from markdown_it.rules_inline.state_inline import Delimiter

    state.push("text", "", 0).content = markup
    place = len(state.tokens) - 1
    state.delimiters.append(Delimiter(ord(markup[0]), length, place, -1, opens, closes))


def _bare_address(state: StateInline, silent: bool) -> bool:
    """A web address without brackets, outside links; code takes precedence."""
    if state.linkLevel or not state.src.startswith("://", state.pos):
        return False
    scheme = _SCHEME.search(state.src, max(0, state.pos - 6), state.pos)
    address = bare_address(state.src, scheme.start()) if scheme else ""
    found = link(address) if scheme and len(address) > len(scheme[0]) + 3 else None
    if not scheme or not found:
        return False
    if not silent:
        state.pending = state.pending[: -len(scheme[0])]
        opening: Any = state.push("link_open", "a", 1)
        opening.attrs, opening.markup = {"href": found.href}, "autolink"
        state.push("text", "", 0).content = address
        state.push("link_close", "a", -1).markup = "autolink"
    state.pos += len(address) - len(scheme[0])
    return True
