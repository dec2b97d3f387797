"""Spanish: recognises questions."""

from __future__ import annotations

from .language import Claims, Language

SPANISH = Language(tag="es", asks_within=300, claims=Claims(sources=r"fuentes?|pasajes?"))
