"""Portuguese, as far as it asks."""

from __future__ import annotations

from .language import Language

PORTUGUESE = Language(tag="pt", asks_within=300)
