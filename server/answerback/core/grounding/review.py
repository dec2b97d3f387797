"""Reviews a finished answer: removes what is no answer and checks each sentence against the page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ..answering import Passage, Source
from ..languages import LANGUAGES, either, language_of, own_words
from ..patterns import lazy
from .evidence import compact
from .marks import take_out
from .passages import with_columns
from .repeats import Rules, repeats_itself, without_loop
from .support import Support, Verdict
from .units import Unit, units_of

__all__ = ["UNUSABLE", "Reason", "Review", "is_refusal", "review"]

Reason = Literal["", "partly", "not_found", "refused", "echo", "repeats", "empty", "language", "cut", "tokens"]
"""Why an answer is not supported by the site: in parts; not at all; it says itself that the site does not say; it
repeats its rules, or itself without end; there is nothing but marks; it is in another language than the question;
it is cut off; it goes on with somebody else's turn."""
UNUSABLE = frozenset({"not_found", "echo", "empty", "language"})
"""Where nothing of an answer is worth showing as what the site says, unless something of it is supported."""
MOST_UNITS, MOST_SOURCES, QUOTE_LIMIT = 300, 5, 600
LETTERS_TO_TELL = 8
"""Letters of a question and of an answer from which on their languages are compared."""

_END_TOKEN = lazy(
    r"<\|(?:im_end|endoftext|eot_id|end_of_text|end|eom_id|return|user|assistant|system|im_start|start_header_id|"
    r"start)\|>|"
    r"</s>|<eos>|<end_of_turn>|<start_of_turn>|<\uff5c(?:end|begin)\u2581of\u2581sentence\uff5c>|\[/?INST\]|<<SYS>>|"
    rf"^\s*(?:###\s*)?(?:{either(language.claims.speakers for language in LANGUAGES)})\s?:\s(?=\S)|"
    r"^\s*###\s*(?:Instruction|Response|Input|User|Human|Assistant)\b",
    re.MULTILINE,
)
_OTHER_TOKEN = lazy(r"<\|[a-z0-9_]{2,40}\|>|<(?:s|bos|pad|unk|mask)>|<0x[0-9A-F]{2}>|\u2581|\[(?:PAD|CLS|SEP|UNK)\]")
_OPENING = lazy(
    r"\s*(?:<\|im_start\|>\s*assistant\s*|<\|start_header_id\|>assistant<\|end_header_id\|>\s*|<start_of_turn>model\s*|"
    r"<\|assistant\|>\s*|<s>\s*|\[/INST\]\s*|"
    rf"(?:###\s*)?(?:{either(language.claims.itself for language in LANGUAGES)})\s?:\s)+"
)
_THOUGHTS_END = re.compile(r"</(?:think|thinking|thought|reasoning)>|\[/THINK\]")
_PROMPT_TAG = re.compile(r"</?(?:passage|thread|question|said|page)\b[^<>\n]{0,300}/?>")
_REFUSAL = lazy(either(language.unsaid for language in LANGUAGES), re.IGNORECASE)
_EVEN_SO = lazy(either(language.even_so for language in LANGUAGES), re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’)\]」』*_`]{0,4}$")
_LAST_SIGNS = re.compile(r"[.!?…。！？:;,]{0,3}$")
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class Review:
    """A reviewed answer: its text with our own marks, its sources, the ranges of its unsupported parts, and the number
    of supported sentences."""

    text: str
    sources: tuple[Source, ...]
    supported: bool
    reason: Reason
    unsupported: tuple[tuple[int, int], ...] = ()
    supported_sentences: int = 0

    @property
    def unusable(self) -> bool:
        """Whether no part of the answer is supported."""
        return (self.reason in UNUSABLE and not self.supported_sentences) or self.reason == "empty"


@dataclass(slots=True)
class _Checked:
    unit: Unit
    verdict: Literal["supported", "unsupported", "refusal", "silent"]
    source: Source | None = None


def is_refusal(text: str) -> bool:
    """Whether a text says that the page does not answer."""
    return _REFUSAL.search(text) is not None


def review(text: str, question: str, passages: Sequence[Passage], *, rules: str = "", finished: str = "stop") -> Review:
    """Cleans an answer and checks each sentence against the passages; `finished` is how the model ended."""
    text, turned = _without_tokens(text)
    text, had_marks = take_out(text, [passage.text for passage in passages])
    whole = text
    text = without_loop(text)
    loops = len(text) < len(whole.rstrip())
    units, text, echoes, again = _kept(text, Rules(rules))
    if not _LETTER.search(text):
        return Review("", (), False, "echo" if echoes else "repeats" if loops else "empty")
    cut = finished == "length" and bool(units) and _SENTENCE_END.search(units[-1].text) is None
    support = Support(question, passages)
    checked = [_check(unit, support, passages) for unit in units[:MOST_UNITS]]
    checked += [_Checked(unit, "unsupported") for unit in units[MOST_UNITS:]]
    if cut and checked and checked[-1].unit.kind in ("sentence", "row"):
        checked[-1] = _Checked(checked[-1].unit, "unsupported")
    reason = _reason(checked)
    foreign = _is_foreign(question, text)
    special: Sequence[tuple[Reason, bool]] = (
        ("language", foreign), ("echo", echoes), ("repeats", loops or again), ("tokens", turned), ("cut", cut),
    )  # fmt: skip
    if reason != "refused":
        reason = next((name for name, holds in special if holds), reason)
    return _marked(text, checked, reason, marks=had_marks)


def _without_tokens(text: str) -> tuple[str, bool]:
    """The text without special tokens, up to where another turn begins, and whether one does."""
    text = _THOUGHTS_END.split(text)[-1]  # some servers omit the opening tag
    opening = _OPENING.match(text)
    text = text[opening.end() :] if opening else text
    turned = False
    end = _END_TOKEN.search(text)
    if end:
        turned = bool(_LETTER.search(_END_TOKEN.sub("", text[end.end() :])))
        text = text[: end.start()]
    return _PROMPT_TAG.sub("", _OTHER_TOKEN.sub("", text)).strip(), turned


def _kept(text: str, rules: Rules) -> tuple[list[Unit], str, bool, bool]:
    """The units that belong to the answer, their text, and whether the model echoed its rules or itself."""
    seen: dict[str, int] = {}
    dropped: list[Unit] = []
    times = 0
    units = list(units_of(text))
    echoes = any(rules.are_in(unit.text) for unit in units)
    for unit in units:
        if echoes and (rules.are_in(unit.text) or rules.hold(unit.text)):
            dropped.append(unit)
        elif unit.kind == "sentence" and repeats_itself(unit.text, seen):
            times += 1
            dropped.append(unit)
    for unit in reversed(dropped):
        text = (
            text[: unit.start].rstrip(" ")
            + (" " if text[: unit.start].rstrip(" ") != text[: unit.start] else "")
            + text[unit.end :].lstrip(" ")
        )
    text = text.strip()
    return list(units_of(text)), text, echoes, times > 1


def _check(unit: Unit, support: Support, passages: Sequence[Passage]) -> _Checked:
    if unit.kind in ("heading", "formula") and not support.has_figures(unit.text):
        return _Checked(unit, "silent")
    if unit.kind == "code":
        return _of_code(unit, passages)
    if unit.text.rstrip().endswith((":", "：")) and not support.has_figures(unit.text):
        return _Checked(unit, "silent")
    said = unit.text
    refuses = _REFUSAL.search(said)
    if refuses:
        even_so = _EVEN_SO.search(said, refuses.end())
        rest = said[even_so.end() :].strip(" ,.:") if even_so else ""
        if not rest or _REFUSAL.search(rest):
            return _Checked(unit, "refusal")
        said = rest
    verdict = support.check(said)
    if verdict.why == "silent":
        return _Checked(unit, "refusal" if refuses else "silent")
    if not verdict.supported:
        return _Checked(unit, "unsupported")
    return _Checked(unit, "supported", _source(verdict, passages))


def _of_code(unit: Unit, passages: Sequence[Passage]) -> _Checked:
    """Checks code: its lines must be on the page verbatim."""
    lines = [
        compact(line)
        for line in unit.text.splitlines()[1:]
        if line.strip() and not line.strip().startswith(("```", "~~~"))
    ]
    if not lines:
        return _Checked(unit, "silent")
    for passage in passages:
        known = compact(passage.text)
        if all(line in known for line in lines):
            first = next(
                (line.strip() for line in passage.text.splitlines() if compact(line) and lines[0] in compact(line)), ""
            )
            quote = first or passage.text
            return _Checked(unit, "supported", Source(quote[:QUOTE_LIMIT], passage.url, passage.title))
    return _Checked(unit, "unsupported")


def _source(verdict: Verdict, passages: Sequence[Passage]) -> Source:
    passage = passages[verdict.passage]
    quote = with_columns(passage.text[verdict.first : verdict.last][:QUOTE_LIMIT], passage)
    return Source(quote, passage.url, passage.title)


def _reason(checked: Sequence[_Checked]) -> Reason:
    verdicts = {item.verdict for item in checked}
    if "unsupported" in verdicts:
        return "partly" if "supported" in verdicts else "not_found"
    if "supported" in verdicts:
        return ""
    return "refused" if "refusal" in verdicts else "not_found"


def _is_foreign(question: str, text: str) -> bool:
    """Whether the answer's script shows another language than the question's."""
    asked, said = len(_LETTER.findall(question)), len(_LETTER.findall(text))
    if said < LETTERS_TO_TELL or asked < 2:
        return False
    mine, theirs = language_of(own_words(question)), language_of(text)
    return mine != theirs and (mine != LANGUAGES[0].tag or asked >= LETTERS_TO_TELL)


def _marked(text: str, checked: Sequence[_Checked], reason: Reason, *, marks: bool) -> Review:
    """The text with marks behind supported sentences (if it had marks), and the ranges of unsupported ones."""
    sources: list[Source] = []
    parts: list[str] = []
    unsupported: list[tuple[int, int]] = []
    at = size = supported = 0

    def put(piece: str) -> None:
        nonlocal size
        parts.append(piece)
        size += len(piece)

    for item in checked:
        unit = item.unit
        put(text[at : unit.start])
        begun = size
        words = text[unit.start : unit.end]
        if item.verdict == "supported":
            supported += 1
            number = _number(sources, item.source)
            put(_with_mark(words, number, unit) if number and marks else words)
        else:
            put(words)
        if item.verdict == "unsupported":
            unsupported.append((begun, size))
        at = unit.end
    put(text[at:])
    return Review("".join(parts), tuple(sources), not reason, reason, tuple(unsupported), supported)


def _number(sources: list[Source], source: Source | None) -> int:
    if source is None:
        return 0
    for place, known in enumerate(sources):
        if known.url == source.url and source.quote in known.quote:
            return place + 1
    if len(sources) == MOST_SOURCES:
        return 0
    sources.append(source)
    return len(sources)


def _with_mark(words: str, number: int, unit: Unit) -> str:
    if unit.kind == "code":
        return words
    if unit.kind == "row" and words.rstrip().endswith("|"):
        return f"{words.rstrip()[:-1].rstrip()} [{number}] |"
    end = _LAST_SIGNS.search(words)
    place = end.start() if end else len(words)
    return f"{words[:place]} [{number}]{words[place:]}"
