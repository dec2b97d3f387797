"""A form's signed time: when writing began, by the server's clock."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

FAST_MS = 2_000
"""Nobody reads, writes and sends in less."""
MS_A_LETTER = 15
"""Nor types faster than that; pasting is allowed for by `PASTED`."""
PASTED = 200
"""Letters that may be pasted, since people write elsewhere, too."""
OLD_MS = 24 * 3_600_000


@dataclass(frozen=True, slots=True)
class FormTime:
    """A comment's form: whether we signed it, and its age in milliseconds."""

    state: Literal["missing", "forged", "signed"]
    age_ms: int = 0

    def is_fast(self, letters: int) -> bool:
        """Whether the text came faster than people type."""
        return self.state == "signed" and self.age_ms < FAST_MS + MS_A_LETTER * max(0, min(letters, PASTED) - 50)

    @property
    def is_old(self) -> bool:
        """Whether the form is older than pages stay open while somebody writes."""
        return self.age_ms > OLD_MS


def sign_form(site: str, now: int, key: str) -> str:
    """Signs a form of this site that was begun at `now` (milliseconds)."""
    return f"{now:x}.{_signature(site, now, key)}"


def read_form(token: str, site: str, now: int, keys: Iterable[str]) -> FormTime:
    """When a form was begun."""
    if not token:
        return FormTime("missing")
    time, _, signature = token.partition(".")
    try:
        begun = int(time, 16)
    except ValueError:
        return FormTime("forged")
    if not any(hmac.compare_digest(_signature(site, begun, key).encode(), signature.encode()) for key in keys):
        return FormTime("forged")
    return FormTime("signed", max(0, now - begun))


def _signature(site: str, begun: int, key: str) -> str:
    return hmac.new(key.encode(), f"form|{site}|{begun}".encode(), hashlib.sha256).hexdigest()[:32]
