"""Who can be asked, by the name that `ANSWERBACK_PROVIDER` has."""

from __future__ import annotations

from collections.abc import Mapping

from .anthropic import ANTHROPIC
from .azure import AZURE
from .direct import Dialect
from .gemini import GEMINI
from .responses import RESPONSES

DIALECTS: Mapping[str, Dialect] = {dialect.name: dialect for dialect in (ANTHROPIC, AZURE, GEMINI, RESPONSES)}
"""All but Chat Completions of OpenAI and its like, which need no dialect."""
