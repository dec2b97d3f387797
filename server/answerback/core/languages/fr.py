"""French: sentence ends."""

from __future__ import annotations

from .language import Language

FRENCH = Language(tag="fr", asks_within=300, consent=r"utilis\w+ (?:des|les) cookies|accepter (?:les|tous les) cookies")
