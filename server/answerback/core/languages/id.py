"""Indonesian, as far as it asks."""

from __future__ import annotations

from .language import Language

INDONESIAN = Language(tag="id", asks_within=300)
