"""E-mail addresses as visitors type them."""

from __future__ import annotations

import re

from ..core.hosts import ascii_host
from ..errors import BadRequest

LIMIT = 254
_EMAIL = re.compile(r"[^\s@<>\"',;:\\]{1,64}@[^\s@<>\"',;:\\]{1,250}")
_DOMAIN = re.compile(r"((?!-)[a-z0-9-]{1,63}(?<!-)\.)+(?!-)[a-z0-9-]{2,63}(?<!-)")


def read_email(text: str) -> str:
    """The address in lower case, its domain as mail servers know it: one mailbox is one address, however it is
    spelt. Raises BadRequest for what is none."""
    email = text.strip().lower()
    local, _, domain = email.rpartition("@")
    try:
        domain = ascii_host(domain)
    except ValueError:
        domain = ""
    if len(email) > LIMIT or not _EMAIL.fullmatch(email) or not email.isprintable() or not _DOMAIN.fullmatch(domain):
        raise BadRequest("validation_failed", "email: must be an e-mail address.")
    return f"{local}@{domain}"
