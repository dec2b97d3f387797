"""`POST /embeddings` of the OpenAI-compatible server: a text means how many words it has of each group of words."""

from __future__ import annotations

import asyncio
from typing import Any


class Embeddings:
    """In a call of `/control`: `{"meanings": [[word, …], …], "embedding_status": 200, "embedding_retry_after": "",
    "embedding_most": 0, "embedding_longest": 0, "embedding_stalls": false}`; more texts than `most`, or longer ones,
    get a 413. `seen` has what was sent."""

    def __init__(self) -> None:
        self.seen: list[Any] = []
        self._set: dict[str, Any] = {}

    def control(self, data: Any) -> None:
        """What a call of the control endpoint changes."""
        self._set |= {name: value for name, value in data.items() if name == "meanings" or name.startswith("embedding")}

    async def answer(self, body: Any) -> tuple[Any, int, dict[str, str]]:
        """The vectors, the last one first, since their order is told by `index`; the status and more headers."""
        self.seen.append(body)
        texts, wait = body["input"], self._set.get("embedding_retry_after")
        more = {"Retry-After": str(wait)} if wait else {}
        if self._set.get("embedding_stalls"):
            await asyncio.Event().wait()
        most, longest = self._set.get("embedding_most") or len(texts), self._set.get("embedding_longest") or 1_000_000
        if len(texts) > most or max(map(len, texts)) > longest:
            return {"error": {"message": "too much"}}, 413, more
        found = [
            {"object": "embedding", "index": number, "embedding": self._of(text)} for number, text in enumerate(texts)
        ]
        data = {"object": "list", "model": body["model"], "data": found[::-1], "usage": {"total_tokens": 1}}
        return data, self._set.get("embedding_status", 200), more

    def _of(self, text: str) -> list[float]:
        """The last number is the same for all texts, so that none is without direction."""
        groups = self._set.get("meanings", [])
        return [float(sum(word in text.lower() for word in words)) for words in groups] + [0.1]
