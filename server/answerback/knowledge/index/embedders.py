"""Embedding models: an OpenAI-compatible server, or a local process.

Nothing depends on them: where one fails, words decide.
"""

from __future__ import annotations

import logging
import re
import time
from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

import orjson

from ...logs import Fault, describe
from ...net.fetch import seconds_until

if TYPE_CHECKING:
    import httpx2

log = logging.getLogger(__name__)

OPENAI = "https://api.openai.com/v1"
TOGETHER = 64
"""Passages that are read in one call."""
PATIENCE_SECONDS = 0.2
"""How long a question waits for a server."""
RETRY_LIMIT = 3_600.0
TOO_MUCH = frozenset([400, 413, 422, 500, 504])
"""What servers answer to more, or to longer texts, than they take."""
Form = Literal["query", "passage"]
Vector: TypeAlias = "array[float]"
_FORMS = (
    (re.compile(r"\be5\b(?!.*instruct)", re.IGNORECASE), {"query": "query: ", "passage": "passage: "}),
    (re.compile(r"\bnomic-embed", re.IGNORECASE), {"query": "search_query: ", "passage": "search_document: "}),
)
"""What some models want before a text, told by their names."""


class EmbeddingFailed(Exception):
    """No vectors are available. `retry_after`: seconds to wait; `too_much`: fewer or shorter texts may succeed."""

    def __init__(self, reason: str, *, retry_after: float = 0.0, too_much: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after
        self.too_much = too_much


class Embedder(Protocol):
    """Computes vectors of texts."""

    model: str
    together: int
    """Texts that one call takes."""
    patience: float
    """How many seconds a question waits for it."""

    async def embed(self, texts: Sequence[str], form: Form, *, seconds: float) -> list[Vector]:
        """A unit vector for each text. Raises EmbeddingFailed."""
        ...

    async def close(self) -> None:
        """Closes connections."""
        ...


class OpenAIEmbedder:
    """`POST /embeddings` of an OpenAI-compatible server."""

    together = TOGETHER

    def __init__(self, *, api_key: str, base_url: str | None, model: str, patience: float = PATIENCE_SECONDS) -> None:
        self.model = model
        self.patience = patience
        self.url = f"{base_url or OPENAI}/embeddings"
        self.headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._forms = next((forms for name, forms in _FORMS if name.search(model)), {"query": "", "passage": ""})
        self._client: httpx2.AsyncClient | None = None
        self._fault = Fault(log, f"embedding failure, model {model}", level=logging.WARNING)
        self._rests_until = 0.0

    async def embed(self, texts: Sequence[str], form: Form, *, seconds: float) -> list[Vector]:
        """A unit vector for each text. Raises EmbeddingFailed."""
        import httpx2  # first needed here, as in net/fetch.py

        rest = self._rests_until - time.monotonic()
        if rest > 0:
            raise EmbeddingFailed("It has asked us to wait.", retry_after=rest)
        try:
            response = await self._post([self._forms[form] + text for text in texts], seconds)
            vectors = _vectors(orjson.loads(response.content), len(texts))
        except EmbeddingFailed as failed:
            self._rests_until = time.monotonic() + failed.retry_after
            self._fault.failed(failed.reason)
            raise
        except httpx2.TimeoutException as error:
            self._fault.failed(describe(error))
            raise EmbeddingFailed("It takes too long.", too_much=True) from None
        except (httpx2.HTTPError, ValueError, KeyError, TypeError) as error:
            self._fault.failed(describe(error))
            raise EmbeddingFailed(describe(error)) from None
        self._fault.worked()
        return vectors

    async def _post(self, texts: Sequence[str], seconds: float) -> httpx2.Response:
        import httpx2

        if self._client is None:
            self._client = httpx2.AsyncClient(trust_env=False, follow_redirects=False)
        body = {"model": self.model, "input": texts, "encoding_format": "float"}
        response = await self._client.post(
            self.url, content=orjson.dumps(body), timeout=seconds,
            headers={**self.headers, "Content-Type": "application/json"},
        )  # fmt: skip
        status = response.status_code
        if status != 200:
            wait = seconds_until(response.headers.get("retry-after", ""), time.time()) or 0.0
            raise EmbeddingFailed(
                f"It answers with {status}.", retry_after=min(RETRY_LIMIT, wait), too_much=status in TOO_MUCH
            )
        return response

    async def close(self) -> None:
        """Closes connections."""
        if self._client is not None:
            await self._client.aclose()


def _vectors(data: Any, wanted: int) -> list[Vector]:
    found = {item["index"]: _normal(item["embedding"]) for item in data["data"]}
    return [found[number] for number in range(wanted)]


def _normal(numbers: Sequence[float]) -> Vector:
    length = sum(number * number for number in numbers) ** 0.5
    if not length:
        raise ValueError("a vector without direction")
    return array("f", [number / length for number in numbers])
