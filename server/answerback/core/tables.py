"""Escapes table cells for spreadsheets."""

from __future__ import annotations

from typing import Any


def cell(value: Any) -> str:
    """A table's cell that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")) else text
