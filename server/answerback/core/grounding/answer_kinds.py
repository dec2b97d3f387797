"""The kind of thing that a question asks for, and whether a sentence offers a new one."""

from __future__ import annotations

import re

from ..languages import LANGUAGES, kinds
from ..patterns import lazy

_KINDS = tuple((lazy(kind.asked, re.IGNORECASE), lazy(kind.shown)) for kind in kinds())


class Asked:
    """The kinds of things that a question asks for."""

    def __init__(self, question: str) -> None:
        self._shown = [shown for asked, shown in _KINDS if asked.search(question)]
        units = (language.unit(question) for language in LANGUAGES)
        self._shown += [re.compile(unit) for unit in units if unit]
        self._question = question.casefold()
        self.known = bool(self._shown)

    def share(self, text: str) -> float:
        """The share of the kinds asked for of which the text has an instance that is not in the question."""
        if not self._shown:
            return 0.0
        return sum(map(bool, (self._has(shown, text) for shown in self._shown))) / len(self._shown)

    def _has(self, shown: re.Pattern[str], text: str) -> bool:
        return any(found[0].casefold() not in self._question for found in shown.finditer(text))
