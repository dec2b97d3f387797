"""Encrypts secrets that the server must read again: a copy of the database alone does not reveal them."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet

CENTURY = 100 * 365 * 24 * 3600


class Seal:
    """Encrypts with the newest of the server's keys, and decrypts with any of them."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        self._keys = keys

    def seal(self, text: str, now: int) -> str:
        """Encrypts the text with that timestamp (ms)."""
        return self._fernet().encrypt_at_time(text.encode(), now // 1000).decode()

    def open(self, sealed: str, now: int, seconds: int = CENTURY) -> str | None:
        """The text sealed within so many seconds; None for anything else."""
        from cryptography.fernet import InvalidToken

        try:
            return self._fernet().decrypt_at_time(sealed.encode(), seconds, now // 1000).decode()
        except InvalidToken:
            return None

    def _fernet(self) -> MultiFernet:
        # Imported when the first owner has an app, to keep idle memory low.
        from cryptography.fernet import Fernet, MultiFernet

        derived = (hmac.new(key.encode(), b"sealed", hashlib.sha256).digest() for key in reversed(self._keys))
        return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in derived])
