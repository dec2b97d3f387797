"""Hebrew: recognises questions."""

from __future__ import annotations

from .language import Language

HEBREW = Language(tag="he", script="[\u0590-\u05ff\ufb1d-\ufb4f]")
