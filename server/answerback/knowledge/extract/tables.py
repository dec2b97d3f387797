"""Tables as rows with column names, spans filled in."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

CELL = "\t"
"""Between the cells of a row, and a term and its meaning: space, so that a quote of them is found on the page."""
MOST_ROWS, MOST_COLUMNS, MOST_CELLS = 5_000, 60, 60_000
REPEATED, LONG_CELL = 200, 500
"""Characters: of a cell that is said again where it spans, and from which on a table is there for the layout."""
_CELLS = frozenset(("cell", "gridcell", "columnheader", "rowheader"))
_STRUCTURE = ("table", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "form", "article", "section", "dl")


@dataclass(frozen=True, slots=True)
class Row:
    """A table row: its cells, whether all are headers, and whether one cell spans it."""

    cells: tuple[str, ...]
    is_header: bool
    is_whole: bool


def is_table(element: Any) -> bool:
    """Whether an element is a table, by tag or ARIA role."""
    return element.tag == "table" or (
        element.get("role") in ("table", "grid") and element.find(".//*[@role='row']") is not None
    )


def rows_of(table: Any) -> Iterator[Any]:
    """A table's rows, without those of nested tables."""
    if table.tag != "table":
        yield from table.iterfind(".//*[@role='row']")
    for child in table:
        if child.tag == "tr":
            yield child
        elif child.tag in ("thead", "tbody", "tfoot"):
            yield from child.iterchildren("tr")


def cells_of(row: Any) -> list[Any]:
    """The cells of a row."""
    return list(islice((cell for cell in row if cell.tag in ("td", "th") or cell.get("role") in _CELLS), MOST_COLUMNS))


def is_layout(table: Any, size_of: Callable[[Any], int]) -> bool:
    """Whether a table only arranges parts of the page."""
    if table.get("role") in ("presentation", "none"):
        return True
    columns = 0
    for row in islice(rows_of(table), 50):
        cells = cells_of(row)
        columns = max(columns, len(cells))
        for cell in cells:
            if size_of(cell) > LONG_CELL or next(cell.iter(*_STRUCTURE), None) is not None:
                return True
    return columns <= 1


def read_rows(table: Any, text_of: Callable[[Any], str], hidden: Collection[Any]) -> Iterator[Row]:
    """A data table's rows, with a text for each visible column."""
    below: dict[int, tuple[int, str]] = {}  # column → rows its cell still spans, its text
    count = 0
    for row in islice(rows_of(table), MOST_ROWS):
        in_head = row.getparent().tag == "thead"
        cells: list[str] = []
        own = [cell for cell in cells_of(row) if cell not in hidden]
        queue = iter(own)
        spans_all = len(own) == 1 and not below
        while len(cells) < MOST_COLUMNS:
            at = len(cells)
            if at in below:
                left, text = below.pop(at)
                cells.append(text)
                if left > 1:
                    below[at] = (left - 1, text)
                continue
            cell = next(queue, None)
            if cell is None:
                if not any(column > at for column in below):
                    break
                cells.append("")
                continue
            text, down = text_of(cell), _span(cell, "rowspan", MOST_ROWS)
            again = text if len(text) <= REPEATED else ""
            for number in range(_span(cell, "colspan", MOST_COLUMNS - at)):
                if down > 1:
                    below[len(cells)] = (down - 1, again)
                cells.append(again if number else text)
        count += len(cells)
        if count > MOST_CELLS:
            return
        if any(cells):
            is_header = len(own) > 1 and (
                in_head
                or all(
                    cell.tag == "th" or cell.get("role") == "columnheader" or (count == len(cells) and _is_bold(cell))
                    for cell in own
                )
            )
            is_whole = spans_all and len(cells) > 1
            yield Row(tuple(cells[:1] if is_whole else cells), is_header, is_whole)


def _span(cell: Any, name: str, most: int) -> int:
    value = cell.get(name) or "1"
    return max(1, min(int(value), most)) if value.isdigit() and len(value) < 6 else 1


def _is_bold(cell: Any) -> bool:
    """Whether a cell is entirely bold, which marks headers when nothing else does."""
    return len(cell) == 1 and cell[0].tag in ("b", "strong") and not ((cell.text or "") + (cell[0].tail or "")).strip()


def joined(cells: tuple[str, ...]) -> str:
    """A row as one line."""
    return CELL.join(cells).rstrip(CELL)


def column_names(headers: list[tuple[str, ...]]) -> str:
    """Column names from one or more header rows: `Price Adult` below `Price`."""
    width = max(map(len, headers))
    names = []
    for column in range(width):
        parts = dict.fromkeys(row[column] for row in headers if column < len(row) and row[column])
        names.append(" ".join(parts))
    return joined(tuple(names)).lstrip(CELL)
