"""Spanish, as far as it asks."""

from __future__ import annotations

from .language import Language

SPANISH = Language(tag="es", asks_within=300)
