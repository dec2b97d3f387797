"""A page's text in passages."""

from __future__ import annotations

from .answering import Passage

__all__ = ["Passage"]
