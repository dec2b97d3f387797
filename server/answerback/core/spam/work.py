"""Proof of work: the browser finds a number by its hash, which costs a bot more than a reader.

The scheme of ALTCHA (https://altcha.org): the server picks the number, so that checking takes one hash and no memory.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

MOST = 50_000
"""The number is below this: a phone finds it in about a second, while somebody writes."""
VALID_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Challenge:
    """A challenge for a browser: `hash` is the hex SHA-256 of `salt` followed by the number."""

    salt: str
    hash: str
    signature: str

    def public(self) -> dict[str, Any]:
        """Its API form."""
        return {"salt": self.salt, "hash": self.hash, "signature": self.signature, "most": MOST}


def pose(site: str, chance: str, now: int, key: str) -> Challenge:
    """A challenge for a comment on this site. `chance` is a fresh random secret."""
    number = int.from_bytes(hashlib.sha256(chance.encode()).digest()[:8]) % MOST
    salt = f"{now + VALID_MS:x}.{hashlib.sha256(f'salt|{chance}'.encode()).hexdigest()[:24]}"
    return Challenge(salt, _hash(salt, number), _signature(site, salt, _hash(salt, number), key))


def is_solved(answer: object, site: str, now: int, keys: Iterable[str]) -> str:
    """The salt of a valid, timely solution, by which reuse is detected; else empty."""
    if not isinstance(answer, dict):
        return ""
    salt, signature, number = answer.get("salt"), answer.get("signature"), answer.get("number")
    if not (isinstance(salt, str) and isinstance(signature, str)) or type(number) is not int or len(salt) > 64:
        return ""
    try:
        until = int(salt.partition(".")[0], 16)
    except ValueError:
        return ""
    if until < now or not 0 <= number < MOST:
        return ""
    found = _hash(salt, number)
    signed = any(hmac.compare_digest(_signature(site, salt, found, key).encode(), signature.encode()) for key in keys)
    return salt if signed else ""


def _hash(salt: str, number: int) -> str:
    return hashlib.sha256(f"{salt}{number}".encode()).hexdigest()


def _signature(site: str, salt: str, hash: str, key: str) -> str:
    return hmac.new(key.encode(), f"work|{site}|{salt}|{hash}".encode(), hashlib.sha256).hexdigest()[:32]
