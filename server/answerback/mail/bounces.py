"""Tells which refusals of a mail server mean that a mailbox is gone."""

from __future__ import annotations

import re

_STATUS = re.compile(r"\b5\.(\d+\.\d+)\b")
_GONE = ("1.0", "1.1", "1.2", "1.3", "1.6", "1.10", "2.0", "2.1")
"""No such mailbox or domain, moved, or disabled."""


def no_mailbox(code: int, said: str) -> bool:
    """Whether a recipient's refusal concerns the mailbox (RFC 3463) and not the sender or the message: a relay that
    requires authentication answers 5xx to every address."""
    if not 500 <= code < 600:
        return False
    status = _STATUS.search(said)
    return status[1] in _GONE if status else code in (550, 551, 553) and "relay" not in said.lower()
