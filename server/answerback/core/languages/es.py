"""Spanish: recognises questions."""

from __future__ import annotations

from .language import Language

SPANISH = Language(tag="es", asks_within=300)
