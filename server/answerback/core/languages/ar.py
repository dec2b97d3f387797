"""Arabic: recognises questions."""

from __future__ import annotations

from .language import Language

ARABIC = Language(tag="ar", script="[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff]")
