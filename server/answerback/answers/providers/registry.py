"""Providers by their name in `ANSWERBACK_PROVIDER`."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from .anthropic import ANTHROPIC
from .azure import AZURE
from .dialect import Dialect
from .gemini import GEMINI
from .openai import COMPATIBLE, OPENAI
from .responses import RESPONSES

DIALECTS: Mapping[str, Dialect] = {dialect.name: dialect for dialect in (OPENAI, RESPONSES, AZURE, ANTHROPIC, GEMINI)}


def dialect_of(provider: str, base_url: str) -> Dialect:
    """The dialect of a provider, at the operator's address or its default one."""
    own = bool(base_url) and urlsplit(base_url).hostname != urlsplit(OPENAI.base_url).hostname
    return COMPATIBLE if own and provider == OPENAI.name else DIALECTS[provider]
