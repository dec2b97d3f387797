"""A page's content in blocks under their headings, in reading order.

A paragraph, a list, a row of a table, a term with its meaning, a piece of code are a block each. The names of a table's
columns and the label of what a click brings up are headings of what stands below them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ...core.comments import TITLE_LIMIT, clean_text
from ...core.grounding.passages import TEXT_LIMIT, Block
from .boilerplate import DEPTH_LIMIT, HEADINGS, Scale
from .disclosure import is_question
from .inline import BREAK, Words, line, paragraphs
from .tables import CELL, cells_of, column_names, is_layout, is_table, joined, read_rows, rows_of

LEAVES = frozenset("p blockquote dt dd figcaption caption address li td th div center summary".split())
LABEL_LEVEL = 7
"""Below all headings: labels of panels, terms with a long meaning, names of columns."""
MOST_BLOCKS, BLOCK_LIMIT, LIST_LIMIT, MOST_LINES = 12_000, 20_000, 4_000, 100
LONG_MEANING, LABEL, VALUE, LINK_LIMIT = 400, 40, 120, 60
_NUMBERS = re.compile(r"\d+(?:\s+\d+)*")
_RIGHTS = re.compile(r"(?:copyright )?[©ⓒ][^\n]{0,150}\Z", re.IGNORECASE)
_SEPARATORS = re.compile(r"[\s|/·•›»>,←→↑«<–—-]+")


class Kept:
    """A page's blocks, up to a size limit; a block that is too long continues in the next."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._left = TEXT_LIMIT

    @property
    def is_full(self) -> bool:
        """Whether the size limit is reached."""
        return self._left <= 0 or len(self.blocks) >= MOST_BLOCKS

    def add(self, text: str, headings: tuple[str, ...] = ()) -> None:
        """Adds a text, as far as there is room."""
        while text and not self.is_full:
            end = min(len(text), BLOCK_LIMIT, self._left)
            if end < len(text):
                end = max(text.rfind("\n", end // 2, end), text.rfind(" ", end // 2, end)) + 1 or end
            self.blocks.append(Block(text[:end], headings))
            self._left -= end
            text = text[end:]


class Blocks:
    """Converts elements to blocks."""

    def __init__(self, scale: Scale, words: Words, labels: dict[Any, Any]) -> None:
        self._scale, self._words, self._labels = scale, words, labels
        self.kept = Kept()
        self._headings: list[tuple[int, str]] = []
        self._bare: Block | None = None
        """A heading with nothing below it: then it is text itself."""

    def of(self, tops: list[Any]) -> Kept:
        """The blocks of the elements that hold a page's content."""
        for top in tops:
            self._read(top, 0)
        self._flush()
        return self.kept

    # ---- what has been read

    def _flush(self) -> None:
        if self._bare is not None:
            self.kept.add(self._bare.text, self._bare.headings)
            self._bare = None

    def _heading(self, level: int, text: str) -> None:
        if self._bare is not None and level <= self._headings[-1][0]:
            self._flush()
        self._headings = [(depth, heading) for depth, heading in self._headings if depth < level]
        if text:
            self._bare = Block(text, self._above())
            self._headings.append((level, text[:TITLE_LIMIT]))

    def _above(self) -> tuple[str, ...]:
        return tuple(heading for _, heading in self._headings)

    def _say(self, text: str) -> None:
        if text and not _RIGHTS.match(text):
            self._bare = None
            self.kept.add(text, self._above())

    @contextmanager
    def _below(self, label: str, level: int = LABEL_LEVEL) -> Iterator[None]:
        """Puts what is read within it under a label."""
        before = list(self._headings)
        if label and label != (before[-1][1] if before else ""):
            self._heading(max(level, before[-1][0] + 1 if before else 0), label)
        yield
        if self._bare is not None and len(self._headings) > len(before):
            self._flush()
        self._headings = before

    # ---- elements

    def _read(self, element: Any, depth: int) -> None:
        if depth > DEPTH_LIMIT or self.kept.is_full or self._words.is_left_out(element):
            return
        label = self._label_of(element)
        if not label:
            self._read_plain(element, depth)
        elif is_question(label):
            self._say(label)
            self._read_plain(element, depth)
        else:
            with self._below(label):
                self._read_plain(element, depth)

    def _label_of(self, element: Any) -> str:
        control = self._labels.get(element)
        return "" if control is None else line(self._words.of(control).replace(BREAK, " "))[:TITLE_LIMIT]

    def _read_plain(self, element: Any, depth: int) -> None:
        tag = element.tag
        if tag in HEADINGS:
            self._heading(HEADINGS[tag], line(self._words.of(element).replace(BREAK, " ")))
        elif tag == "pre":
            self._say(clean_text(self._words.of(element)))
        elif is_table(element):
            self._table(element, depth)
        elif tag == "dl":
            self._definitions(element, depth)
        elif tag in ("ul", "ol", "menu"):
            self._list(element, depth)
        elif tag == "details":
            self._details(element, depth)
        elif tag in LEAVES and not self._scale.of(element).blocks:
            self._leaf(element)
        elif not self._is_pair(element):
            self._mixed(element, depth)

    def _leaf(self, element: Any) -> None:
        if element.tag in ("td", "li", "dd") or not self._is_only_links(element):
            for text in paragraphs(self._words.of(element)):
                self._say(text)

    def _is_only_links(self, element: Any) -> bool:
        """Whether a line consists of links elsewhere: "Edit this page", "Next →"."""
        weight = self._scale.of(element)
        if not weight.links or weight.chars > LINK_LIMIT * weight.links or weight.prose > 2 * weight.links:
            return False
        return weight.prose == 0 or not _SEPARATORS.sub("", _own_text(element))

    def _mixed(self, element: Any, depth: int) -> None:
        """Blocks, and loose text between them."""
        loose, only_links = [element.text or ""], not (element.text or "").strip()
        for child in element:
            if self._is_block(child):
                self._say_loose(loose, only_links)
                loose, only_links = [], True
                self._read(child, depth + 1)
            else:
                text = self._words.of_child(child, "".join(loose[-3:]))
                loose.append(text)
                if text.strip(f" \n\t{BREAK}") and (child.tag != "a" or _is_address(child)):
                    only_links = False
            tail = child.tail or ""
            loose.append(tail)
            only_links = only_links and not _SEPARATORS.sub("", tail)
        self._say_loose(loose, only_links)

    def _say_loose(self, loose: list[str], only_links: bool) -> None:
        text = "".join(loose)
        if only_links and len(text) <= 2 * LINK_LIMIT:
            return
        for part in paragraphs(text):
            self._say(part)

    def _is_block(self, element: Any) -> bool:
        return element in self._scale.weights

    def _details(self, element: Any, depth: int) -> None:
        summary = element.find("summary")
        label = "" if summary is None else line(self._words.of(summary).replace(BREAK, " "))
        if is_question(label):
            self._say(label)
            label = ""
        with self._below(label[:TITLE_LIMIT]):
            for child in element:
                if child is summary:
                    for part in paragraphs(child.tail or ""):
                        self._say(part)
                elif self._is_block(child):
                    self._read(child, depth + 1)
                    for part in paragraphs(child.tail or ""):
                        self._say(part)
                else:
                    for part in paragraphs(self._words.of_child(child) + (child.tail or "")):
                        self._say(part)

    def _list(self, element: Any, depth: int) -> None:
        """Converts a list to one block, an item a line, as far as its items are lines."""
        lines: list[str] = []
        self._items(element, depth, lines)
        self._say("\n".join(lines))

    def _items(self, element: Any, depth: int, lines: list[str]) -> None:
        for item in element:
            if depth > DEPTH_LIMIT or self.kept.is_full:
                return
            if self._words.is_left_out(item):
                continue
            inside = [child for child in item if self._is_block(child) and not self._words.is_left_out(child)]
            nested = [child for child in inside if child.tag in ("ul", "ol")]
            if item.tag in ("ul", "ol"):
                self._items(item, depth + 1, lines)
            elif (
                self._label_of(item)
                or len(nested) < len(inside) - 1
                or (
                    len(nested) < len(inside)
                    and not self._is_line(next(child for child in inside if child not in nested))
                )
            ):
                self._say("\n".join(lines))
                lines.clear()
                self._read(item, depth + 1)
            else:
                lines += paragraphs(self._item_text(item, nested))
                if len(lines) > MOST_LINES or sum(map(len, lines)) > LIST_LIMIT:
                    self._say("\n".join(lines))
                    lines.clear()
                for child in nested:
                    self._items(child, depth + 1, lines)

    def _is_line(self, element: Any) -> bool:
        """Whether an element contains only inline text."""
        return not self._scale.of(element).blocks and element.tag in ("p", "div", "span", "a", "label", *HEADINGS)

    def _item_text(self, item: Any, nested: list[Any]) -> str:
        parts = [item.text or ""]
        for child in item:
            if child not in nested:
                apart = " " if self._is_block(child) else ""
                parts.append(apart + self._words.of_child(child, "".join(parts[-3:])) + apart)
            parts.append(child.tail or "")
        return "".join(parts)

    def _definitions(self, element: Any, depth: int) -> None:
        """Definition lists: terms with their definitions."""
        terms: list[str] = []
        meant = True
        for child in _terms_and_meanings(element):
            if self.kept.is_full:
                return
            if self._words.is_left_out(child):
                continue
            if child.tag == "dt":
                if meant:
                    terms, meant = [], False
                terms.append(line(self._words.of(child).replace(BREAK, " ")))
                continue
            meant = True
            term = ", ".join(filter(None, terms))
            if self._is_short(child):
                text = " ".join(paragraphs(self._words.of(child)))
                self._say(f"{term}{CELL}{text}" if term and text else text)
            else:
                with self._below(term[:TITLE_LIMIT]):
                    self._mixed(child, depth + 1)

    def _is_short(self, meaning: Any) -> bool:
        weight = self._scale.of(meaning)
        parts = [child for child in meaning if self._is_block(child)]
        return weight.chars <= LONG_MEANING and (not parts or (len(parts) == 1 and self._is_line(parts[0])))

    def _is_pair(self, element: Any) -> bool:
        """Whether an element is a label with its value, one of several alike; both then go on one line."""
        parts = list(element)
        if not 2 <= len(parts) <= 6 or (element.text or "").strip() or not self._has_like(element):
            return False
        texts = []
        for number, part in enumerate(parts):
            if (part.tail or "").strip() or part.tag in ("p", *HEADINGS) or self._scale.of(part).blocks:
                return False
            text = line(self._words.of_child(part).replace(BREAK, " "))
            if len(text) > (VALUE if number else LABEL) or text.endswith((".", "!", "?", "。")):
                return False
            texts.append(text)
        if sum(map(bool, texts)) < 2:
            return False
        self._say(CELL.join(filter(None, texts)))
        return True

    @staticmethod
    def _has_like(element: Any) -> bool:
        for other in (element.getprevious(), element.getnext()):
            if other is not None and other.tag == element.tag and other.get("class") == element.get("class"):
                return len(other) == len(element)
        return False

    def _table(self, table: Any, depth: int) -> None:
        if is_layout(table, lambda cell: self._scale.of(cell).chars):
            for row in rows_of(table):
                for cell in cells_of(row):
                    if not _NUMBERS.fullmatch(line("".join(cell.itertext()))) or len(row) == 1 or not _is_code(row):
                        self._read(cell, depth + 1)
            return
        for caption in table.iterchildren("caption"):
            self._read(caption, depth + 1)
        before, headers = list(self._headings), list[tuple[str, ...]]()
        level = LABEL_LEVEL + sum(at >= LABEL_LEVEL for at, _ in before)
        named = heads_ended = True
        for row in read_rows(table, self._cell, self._words.hidden):
            if self.kept.is_full:
                break
            if row.is_header:
                headers = [*([] if heads_ended else headers), row.cells]
                named = heads_ended = False
            elif row.is_whole and headers:
                self._heading(level, row.cells[0])
                named, heads_ended = False, True
            else:
                if not named:
                    self._heading(level + 1, column_names(headers))
                named = heads_ended = True
                self._say(joined(row.cells if headers else tuple(filter(None, row.cells))))
        if headers and not heads_ended:
            self._say(column_names(headers))
        self._flush_below(before)

    def _flush_below(self, before: list[tuple[int, str]]) -> None:
        if self._bare is not None and len(self._headings) > len(before):
            self._flush()
        self._headings = before

    def _cell(self, cell: Any) -> str:
        return "" if self._words.is_left_out(cell) else line(self._words.of(cell).replace(BREAK, " "))


def _terms_and_meanings(element: Any) -> Iterator[Any]:
    for child in element:
        if child.tag in ("dt", "dd"):
            yield child
        elif child.tag == "div":
            yield from child.iterchildren("dt", "dd")


def _own_text(element: Any) -> str:
    """An element's text outside its links."""
    return (element.text or "") + "".join(
        (child.tail or "") + ("" if child.tag == "a" else _own_text(child)) for child in element
    )


def _is_address(link: Any) -> bool:
    return (link.get("href") or "").startswith(("tel:", "mailto:")) or link.get("data-cfemail") is not None


def _is_code(row: Any) -> bool:
    return next(row.iter("pre"), None) is not None
