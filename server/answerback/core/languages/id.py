"""Indonesian: recognises questions."""

from __future__ import annotations

from .language import Language

INDONESIAN = Language(tag="id", asks_within=300)
