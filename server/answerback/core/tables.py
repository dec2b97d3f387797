"""Escapes table cells for spreadsheets."""

from __future__ import annotations

from typing import Any


def cell(value: Any) -> str:
    """Escapes a cell so that no spreadsheet takes it for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")) else text
