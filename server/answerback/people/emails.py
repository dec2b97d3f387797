"""E-mail addresses as visitors type them."""

from __future__ import annotations

import re

from ..errors import BadRequest

LIMIT = 254
_EMAIL = re.compile(r"[^\s@<>\"',;:\\]{1,64}@[^\s@<>\"',;:\\]{1,250}\.[^\s@<>\"',;:\\.]{2,}")


def read_email(text: str) -> str:
    """The address in lower case. Raises BadRequest for what is none."""
    email = text.strip().lower()
    if len(email) > LIMIT or not _EMAIL.fullmatch(email) or not email.isprintable():
        raise BadRequest("validation_failed", "email: must be an e-mail address.")
    return email
