"""What passages mean, as numbers of an OpenAI-compatible server's embedding model. Nothing depends on it."""

from __future__ import annotations

import logging
from array import array
from collections.abc import Sequence
from operator import mul
from typing import Any, Protocol

import httpx2
import orjson

from ...db.database import Database
from ...jobs.model import JobFailed
from ...logs import Fault, describe
from . import store

log = logging.getLogger(__name__)

OPENAI = "https://api.openai.com/v1"
TOGETHER = 64
"""Passages that are read in one call."""
QUESTION_SECONDS, READING_SECONDS = 2.0, 60.0
SENT_LIMIT = 4_000
"""Characters of one text that are sent."""
MOST_COMPARED = 1_000_000
"""Numbers compared for one question, about 60 ms of work; of a larger site only what was found by its words."""


class Embedder(Protocol):
    """Turns texts into vectors."""

    model: str

    async def embed(self, texts: Sequence[str], *, seconds: float) -> list[array[float]] | None:
        """A vector of length 1 for each text; None when there are none to be had. Never raises."""
        ...


class OpenAIEmbedder:
    """`POST /embeddings` of an OpenAI-compatible server."""

    def __init__(self, *, api_key: str, base_url: str | None, model: str) -> None:
        self.model = model
        self._url = f"{base_url or OPENAI}/embeddings"
        self._headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._client: httpx2.AsyncClient | None = None
        self._fault = Fault(log, f"embedding failure, model {model}", level=logging.WARNING)

    async def embed(self, texts: Sequence[str], *, seconds: float) -> list[array[float]] | None:
        """A vector of length 1 for each text; None when there are none to be had. Never raises."""
        if self._client is None:
            self._client = httpx2.AsyncClient(trust_env=False, follow_redirects=False)
        body = {"model": self.model, "input": [text[:SENT_LIMIT] for text in texts], "encoding_format": "float"}
        try:
            response = await self._client.post(
                self._url, content=orjson.dumps(body), timeout=seconds,
                headers={**self._headers, "Content-Type": "application/json"},
            )  # fmt: skip
            if response.status_code != 200:
                self._fault.failed("refused", status=response.status_code)
                return None
            vectors = _vectors(orjson.loads(response.content), len(texts))
            self._fault.worked()
            return vectors
        except (httpx2.HTTPError, ValueError, KeyError, TypeError) as error:
            self._fault.failed(describe(error))
            return None

    async def close(self) -> None:
        """Let go of the connections."""
        if self._client is not None:
            await self._client.aclose()


def _vectors(data: Any, wanted: int) -> list[array[float]]:
    found = {item["index"]: _normal(item["embedding"]) for item in data["data"]}
    return [found[number] for number in range(wanted)]


def _normal(numbers: Sequence[float]) -> array[float]:
    length = sum(number * number for number in numbers) ** 0.5
    if not length:
        raise ValueError("a vector without direction")
    return array("f", [number / length for number in numbers])


class PassageVectors:
    """Compares a question with passages by what both mean."""

    def __init__(self, db: Database, embedder: Embedder, most_compared: int = MOST_COMPARED) -> None:
        self._db = db
        self._embedder = embedder
        self._most_compared = most_compared

    async def read(self, site: str) -> int:
        """Have the model read the passages that it has not read; how many. Raises JobFailed when it does not."""
        count, model = 0, self._embedder.model
        while passages := await self._db.read(lambda: store.without_vector(site, model, TOGETHER)):
            texts = [f"{passage.title}\n{passage.heading}\n{passage.text}" for _, passage in passages]
            vectors = await self._embedder.embed(texts, seconds=READING_SECONDS)
            if vectors is None:
                raise JobFailed("The embedding model is unavailable.")
            kept = [(id, vector.tobytes()) for (id, _), vector in zip(passages, vectors, strict=True)]
            await self._db.write(lambda: store.keep_vectors(model, kept))  # noqa: B023  awaited here
            count += len(passages)
        return count

    async def nearest(self, site: str, question: str, found: Sequence[int], besides: str, limit: int) -> list[int]:
        """Numbers of the passages nearest in meaning: of the whole site while it is small, else of those found."""
        vectors = await self._embedder.embed([question], seconds=QUESTION_SECONDS)
        if vectors is None:
            return []
        wanted, model = vectors[0], self._embedder.model
        most = self._most_compared // len(wanted)
        rows = await self._db.read(lambda: store.vectors_of_site(site, model, besides, most + 1))
        if len(rows) > most:
            rows = await self._db.read(lambda: store.vectors_of(found, model))
        scores = {id: likeness for id, packed in rows if (likeness := _likeness(wanted, packed)) is not None}
        return sorted(scores, key=lambda id: -scores[id])[:limit]


def _likeness(wanted: array[float], packed: bytes) -> float | None:
    """The cosine of two vectors of length 1; None when they are of different models."""
    vector = array("f")
    if len(packed) != len(wanted) * vector.itemsize:
        return None
    vector.frombytes(packed)
    likeness: float = sum(map(mul, wanted, vector))
    return likeness
