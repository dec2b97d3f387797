"""Email addresses: normalises spellings of one mailbox to one address."""

from __future__ import annotations

import re

from ..errors import BadRequest
from .comments import clean_text
from .hosts import ascii_host

EMAIL_LIMIT = 254
_EMAIL = re.compile(r"[^\s@<>\",;:\\]{1,64}@[^\s@<>\"',;:\\]{1,250}")
_WITHOUT_DOTS = ("gmail.com", "googlemail.com")
"""Domains that ignore dots before the @."""
_DOMAIN = re.compile(r"((?!-)[a-z0-9-]{1,63}(?<!-)\.)+(?!-)[a-z0-9-]{2,63}(?<!-)")


def normal_email(text: str) -> str:
    """The stored form of an address: lower case, with the domain in ASCII."""
    local, at, domain = clean_text(text).lower().rpartition("@")
    try:
        return local + at + ascii_host(domain)
    except ValueError:
        return local + at + domain


def read_email(text: str) -> str:
    """Normalises an address. Raises BadRequest if it is none."""
    email = normal_email(text)
    domain = email.rpartition("@")[2]
    if (
        len(email) > EMAIL_LIMIT
        or not _EMAIL.fullmatch(email)
        or not email.isprintable()
        or not _DOMAIN.fullmatch(domain)
    ):
        raise BadRequest("validation_failed", "email: must be an email address.", reason="email")
    return email


def mailbox(email: str) -> str:
    """The key by which mail to a normalised address is limited: `name+anything@` is delivered to `name@`."""
    local, _, domain = email.rpartition("@")
    name = local.partition("+")[0] or local
    if domain in _WITHOUT_DOTS:
        return f"{name.replace('.', '')}@{_WITHOUT_DOTS[0]}"
    return f"{name}@{domain}"
