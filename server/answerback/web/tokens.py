"""Design tokens for documents that cannot load our style sheets: mails and single-file pages."""

from __future__ import annotations

import re
from functools import cache

from .assets import assets

_TOKEN = re.compile(r"^  --([a-z-]+): (.+);$", re.M)
_BOTH = re.compile(r"light-dark\((.+), (.+)\)")


@cache
def tokens() -> dict[str, str]:
    """All tokens by name."""
    return dict(_TOKEN.findall(stylesheet("tokens.css")))


def light(name: str) -> str:
    """A design token's value in the light theme."""
    return _themed(name, 1)


def dark(name: str) -> str:
    """A design token's value in the dark theme."""
    return _themed(name, 2)


def _themed(name: str, place: int) -> str:
    matched = _BOTH.fullmatch(tokens()[name])
    return matched[place] if matched else tokens()[name]


def stylesheet(name: str) -> str:
    """The text of a style sheet."""
    return assets()[name].forms[None].decode()
