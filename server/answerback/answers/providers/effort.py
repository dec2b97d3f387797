"""The lowest reasoning effort of each model, and its token allowance for reasoning."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from .sse import THINKING_TOKENS

_ABOUT_THINKING = re.compile(r"reasoning|thinking|thoughts?\b|effort", re.IGNORECASE)


class Step(NamedTuple):
    """Request parameters for an effort, and whether a model still reasons with them."""

    parameters: Mapping[str, Any]
    thinks: bool


NOTHING, NOTHING_TO_SAVE = Step({}, thinks=False), Step({}, thinks=True)
Steps = Callable[[str, bool], Sequence[Step]]
"""The steps of a model, least thought first, by its name and whether it has been seen to think."""


class Effort:
    """The lowest reasoning effort that each model of a server accepts."""

    def __init__(self, steps: Steps) -> None:
        self._steps = steps
        self._thinking: set[str] = set()
        """Models that have thought, whatever they were asked."""
        self._headless: set[str] = set()
        """Those whose server leaves out where thoughts begin."""
        self._refused: dict[str, int] = {}
        """How many steps a model has not taken."""

    def of(self, model: str) -> Step:
        """A model's current parameters."""
        steps = self._steps(model, model in self._thinking)
        return steps[min(self._refused.get(model, 0), len(steps) - 1)]

    def refused(self, model: str) -> int:
        """The number of steps that a model has rejected."""
        return self._refused.get(model, 0)

    def tokens(self, model: str) -> int:
        """The token allowance for reasoning of a model that cannot do without."""
        return THINKING_TOKENS if self.of(model).thinks or model in self._thinking else 0

    def begins_thinking(self, model: str) -> bool:
        """Whether the stream starts with reasoning although nothing marks it."""
        return model in self._headless

    def is_more(self, model: str, status: int, told: str) -> bool:
        """Whether a server rejected the effort as too low, so that the next step applies."""
        at, steps = self._refused.get(model, 0), self._steps(model, model in self._thinking)
        if status not in (400, 422) or at + 1 >= len(steps) or not _ABOUT_THINKING.search(told):
            return False
        self._refused[model] = at + 1
        return True

    def has_thought(self, model: str, *, headless: bool = False) -> bool:
        """Records that a model reasoned; returns whether that is new and changes the next request."""
        news = model not in self._thinking
        self._thinking.add(model)
        if headless:
            self._headless.add(model)
        return news
