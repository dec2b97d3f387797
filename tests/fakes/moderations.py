"""`POST /moderations` of the OpenAI-compatible server: flags texts that have certain words in them."""

from __future__ import annotations

import asyncio
from typing import Any


class Moderations:
    """`{"flagged": [word, …], "moderation_status": 200, "moderation_stalls": word}` in a call of `/control`, where
    texts with that word never get a verdict; `seen` has what was sent."""

    def __init__(self) -> None:
        self.flagged: list[str] = []
        self.status = 200
        self.stalls = ""
        self.seen: list[Any] = []

    def control(self, data: Any) -> None:
        """What a call of the control endpoint changes."""
        self.flagged = data.get("flagged", self.flagged)
        self.status = data.get("moderation_status", self.status)
        self.stalls = data.get("moderation_stalls", self.stalls)

    async def answer(self, body: Any) -> tuple[Any, int]:
        """The verdict and its status."""
        self.seen.append(body)
        if self.stalls and self.stalls in body["input"]:
            await asyncio.Event().wait()
        if self.status != 200:
            return {"error": {"message": "secret words of the provider"}}, self.status
        flagged = any(word in body["input"] for word in self.flagged)
        result = {"flagged": flagged, "categories": {"violence": flagged}, "category_scores": {"violence": 0.5}}
        return {"id": "modr-test", "model": "omni-moderation-latest", "results": [result]}, 200
