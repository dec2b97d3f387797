"""Fits prompts into a budget counted in the model's own tokens."""

from __future__ import annotations

from collections.abc import Sequence

from ..core.answering import Message, Passage
from ..core.grounding.tokens import Measure

PASSAGES_HERE = 800
"""Tokens of passages for a model on this machine or network, which takes seconds to read what a provider reads at once:
half as many hold the answer nearly as often (docs/grounding.md)."""
TOKENS_OF_A_MESSAGE = 8
MODELS_KEPT = 100


class TokenBudget:
    """Converts our token estimates to each model's tokens, learned from its server's counts. `here`: models run in
    house."""

    def __init__(self, *, here: bool = False) -> None:
        self._here = here
        self._measures: dict[str, Measure] = {}

    def passages(self, model: str, most: int, page: Sequence[Passage]) -> int:
        """The estimated tokens of passages that correspond to this many of the model's."""
        most = min(most, PASSAGES_HERE) if self._here else most
        return int(most / self._of(model).ratio(passage.text for passage in page))

    def asked(self, model: str, messages: Sequence[Message]) -> int:
        """The model's tokens of a prompt."""
        texts = [message.content for message in messages]
        return round(self._of(model).of(texts)) + TOKENS_OF_A_MESSAGE * len(messages)

    def learn(self, model: str, messages: Sequence[Message], counted: int) -> None:
        """Learns from a prompt's counted tokens."""
        if model in self._measures or len(self._measures) < MODELS_KEPT:
            texts = [message.content for message in messages]
            self._measures[model] = self._of(model).learned(texts, counted - TOKENS_OF_A_MESSAGE * len(messages))

    def _of(self, model: str) -> Measure:
        return self._measures.get(model, Measure())
