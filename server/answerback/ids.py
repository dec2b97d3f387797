"""IDs and secrets, injected so that tests can control them."""

from __future__ import annotations

import secrets
from typing import Protocol


class Ids(Protocol):
    """Generates IDs and secrets."""

    def new(self) -> str:
        """An unguessable ID: 16 characters of A–Z a–z 0–9 - _ (96 bits)."""
        ...

    def secret(self) -> str:
        """A secret for its holder: 43 characters (256 bits)."""
        ...


class RandomIds:
    """Random IDs from the operating system; none starts with a dash, since commands take them as arguments."""

    def new(self) -> str:
        """An ID of 16 random characters."""
        while (id := secrets.token_urlsafe(12)).startswith("-"):
            pass
        return id

    def secret(self) -> str:
        """A secret of 43 random characters."""
        return secrets.token_urlsafe(32)


class CountedIds:
    """Sequential IDs, for tests that read them."""

    def __init__(self) -> None:
        self._count = 0

    def new(self) -> str:
        """The next ID; 16 characters, as in production."""
        self._count += 1
        return f"id-{self._count:013d}"

    def secret(self) -> str:
        """The next secret; 43 characters, as in production."""
        self._count += 1
        return f"secret-{self._count:036d}"
