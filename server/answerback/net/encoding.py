"""Content-Encoding: which compressed form a client takes (RFC 9110, section 12.5.3)."""

from __future__ import annotations

from functools import lru_cache

ENCODINGS = (b"br", b"gzip")
"""Our content encodings, the smallest result first."""


@lru_cache(maxsize=256)
def accepted_encoding(accept: bytes) -> bytes | None:
    """The first of `ENCODINGS` that the `Accept-Encoding` allows; None for identity."""
    weights: dict[bytes, bool] = {}
    for item in accept.lower().split(b","):
        name, _, parameters = item.partition(b";")
        weights[name.strip()] = _wanted(parameters)
    return next((name for name in ENCODINGS if weights.get(name, weights.get(b"*", False))), None)


def _wanted(parameters: bytes) -> bool:
    name, _, weight = parameters.partition(b"=")
    return name.strip() != b"q" or weight.strip(b" 0.") != b""
