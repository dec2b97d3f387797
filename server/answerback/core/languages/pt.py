"""Portuguese: recognises questions."""

from __future__ import annotations

from .language import Claims, Language

PORTUGUESE = Language(tag="pt", asks_within=300, claims=Claims(sources=r"fontes?|trechos?"))
