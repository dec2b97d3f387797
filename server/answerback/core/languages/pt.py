"""Portuguese: recognises questions."""

from __future__ import annotations

from .language import Language

PORTUGUESE = Language(tag="pt", asks_within=300)
