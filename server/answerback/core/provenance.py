"""IPTC digital source types of an answer."""

from __future__ import annotations

SOURCE_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"
"""The vocabulary; a term stands behind it."""
_QUOTES = "quote"
"""The provider that takes sentences of the site, by rules and without a model."""


def digital_source_type(provider: str, *, state: str, verified: bool, revised: bool) -> str | None:
    """The URI of an answer's IPTC term; None while it has no text. A text that the owner verified and revised counts as
    the owner's."""
    if state in ("queued", "withheld"):
        return None
    if verified and revised:
        term = "humanEdits" if provider == _QUOTES else "compositeWithTrainedAlgorithmicMedia"
    else:
        term = "algorithmicMedia" if provider == _QUOTES else "trainedAlgorithmicMedia"
    return SOURCE_TYPES + term


def source_term(address: str) -> str:
    """The term of a URI, such as `trainedAlgorithmicMedia`."""
    return address.removeprefix(SOURCE_TYPES)
