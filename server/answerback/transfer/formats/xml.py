"""Streaming XML parser for imports: no document types, no entities."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from html.entities import html5
from typing import Any

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, iterparse

from ...errors import BadRequest
from ..model import Mended
from ..source import Source

_CDATA = re.compile(r"(<!\[CDATA\[|\]\]>)")
_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#[0-9]+|#x[0-9a-fA-F]+);)([A-Za-z][A-Za-z0-9]*;)?")
_ROOT = re.compile(r"<(?![?!])(?:[\w.-]+:)?([\w.-]+)([^>]*)>?")


class _Chunks:
    """Feeds the parser; outside CDATA, bare ampersands and HTML entities are tolerated."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._chunks = source.chunks()
        self._within = False
        self._kept = ""

    def read(self, size: int = -1) -> str:
        """The next chunk; empty at the end."""
        for chunk in self._chunks:
            text = self._kept + chunk
            # Markup cut by the end of a chunk waits for the next one.
            begin = text.rfind("<!", max(0, len(text) - 8))
            cut = begin if begin >= 0 else len(text.rstrip("]"))
            text, self._kept = text[:cut], text[cut:]
            if text:
                return "".join(self._mended(text))
        text, self._kept = self._kept, ""
        return "".join(self._mended(text))

    def _mended(self, text: str) -> Iterator[str]:
        for part in _CDATA.split(text):
            if part in ("<![CDATA[", "]]>"):
                self._within = part != "]]>"
            elif not self._within and "&" in part:
                part, count = _AMPERSAND.subn(_named, part)
                self._source.mended[Mended.AMPERSANDS] += count
            yield part


def _named(found: re.Match[str]) -> str:
    """An HTML entity as XML."""
    character = html5.get(found[1] or "")
    return f"&amp;{found[1] or ''}" if character is None else escape(character)


def root(source: Source) -> tuple[str, str]:
    """The root element's local name and attributes; both empty if it is not XML."""
    if source.kind != "xml":
        return "", ""
    found = _ROOT.search(re.sub(r"<!--.*?-->", "", next(source.chunks())[:20_000], flags=re.DOTALL))
    return (found[1], found[2]) if found else ("", "")


def elements(source: Source, *names: str) -> Iterator[Any]:
    """The outermost elements with these local names, each complete. Raises BadRequest for forbidden XML."""
    open_elements: list[Any] = []
    source.mended.clear()
    try:
        for event, element in iterparse(_Chunks(source), events=("start", "end"), forbid_dtd=True):
            if event == "start":
                open_elements.append(element)
                continue
            open_elements.pop()
            if local(element) in names and not any(local(outer) in names for outer in open_elements):
                yield element
                element.clear()
                if open_elements:
                    open_elements[-1].remove(element)
    except ParseError as error:
        raise BadRequest("validation_failed", f"{source.name} is not valid XML ({error}).") from None
    except DefusedXmlException as error:
        raise BadRequest("validation_failed", f"{source.name} has {type(error).__name__}, which is not read.") from None


def local(element: Any) -> str:
    """An element's name without its namespace."""
    name: str = element.tag.rpartition("}")[2]
    return name


def child(element: Any, name: str) -> Any:
    """The first child of that local name, or None."""
    return next((found for found in element if local(found) == name), None)


def text(element: Any, *path: str) -> str:
    """The text at a path of local names below; empty when there is none."""
    for name in path:
        element = None if element is None else child(element, name)
    return "" if element is None else (element.text or "").strip()


def attribute(element: Any, name: str) -> str:
    """An attribute by its local name; empty when there is none."""
    if element is None:
        return ""
    return next((str(value) for key, value in element.items() if key.rpartition("}")[2] == name), "")
