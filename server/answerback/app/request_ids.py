"""Request IDs in responses, log lines and errors."""

from __future__ import annotations

import random
import re
from typing import Any

from ..net.addresses import in_networks

HEADER = b"x-request-id"
_ACCEPTED = re.compile(rb"[A-Za-z0-9_-]{8,64}")


class RequestIds:
    """Accepts the ID that a trusted proxy sends, and generates one for every other request."""

    def __init__(self, trusted: tuple[str, ...]) -> None:
        self._trusted = trusted

    def of(self, scope: Any) -> bytes:
        """The ID of a request."""
        if self._trusted:
            for name, value in scope["headers"]:
                if name == HEADER and _ACCEPTED.fullmatch(value) and in_networks(scope["client"][0], self._trusted):
                    accepted: bytes = value
                    return accepted
        return b"%016x" % random.getrandbits(64)
