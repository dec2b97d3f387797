"""Design tokens for documents that cannot load our style sheets: mails and single-file pages."""

from __future__ import annotations

import re
from functools import cache

from .assets import assets

_TOKEN = re.compile(r"^  --([a-z-]+): (.+);$", re.M)
_LIGHT = re.compile(r"light-dark\((.+), .+\)")


@cache
def tokens() -> dict[str, str]:
    """Every token by its name."""
    return dict(_TOKEN.findall(stylesheet("tokens.css")))


def light(name: str) -> str:
    """The value of a design token in the light theme."""
    matched = _LIGHT.fullmatch(tokens()[name])
    return matched[1] if matched else tokens()[name]


def stylesheet(name: str) -> str:
    """The text of a style sheet."""
    return assets()[name].forms[None].decode()
