"""Which words somebody has seen: a form carries it, so that nothing newer is approved by it."""

from __future__ import annotations

import hashlib


def version(*shown: str) -> str:
    """A short digest of what is shown."""
    return hashlib.sha256("\0".join(shown).encode("utf-8", "surrogatepass")).hexdigest()[:16]
