"""Recovery codes: 120 random bits each, so that a plain hash reveals nothing."""

from __future__ import annotations

import secrets

from ..sessions import hash_secret

COUNT, GROUPS, GROUP = 10, 4, 6
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Without letters that look alike (Crockford's base 32)."""
_READ = str.maketrans("oil", "011", " -\t\r\n")


def new_codes() -> list[str]:
    """New codes in the form that is shown, once."""
    return [
        "-".join("".join(secrets.choice(ALPHABET) for _ in range(GROUP)) for _ in range(GROUPS)) for _ in range(COUNT)
    ]


def code_hash(text: str) -> str:
    """The hash of a code, however it was typed; empty if it is not a code."""
    code = text.lower().translate(_READ)
    return hash_secret(code) if len(code) == GROUPS * GROUP and set(code) <= set(ALPHABET) else ""
