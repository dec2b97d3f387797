"""Searches a site's passages for a question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ...core.answering import Passage
from ...core.grounding.scoring import asked_part
from ...core.grounding.terms import search_terms
from ...db.database import Database
from ...db.work import Work
from ...jobs.model import Job, Kind
from . import store
from .embedders import Vector
from .meaning import EMBEDDINGS, PassageVectors

CANDIDATES = 32
"""Passages handed over for a question, to be read closely."""
MOST_TERMS = 60
FUSION = 60
"""Reciprocal rank fusion: 1 / (60 + rank), as in Cormack, Clarke and Büttcher (2009)."""


class SiteIndex:
    """Stores and searches passages, by words and, with a model, by vectors."""

    def __init__(self, db: Database, meaning: PassageVectors | None = None) -> None:
        self._db = db
        self._words = store.words_of(is_sqlite=db.is_sqlite)
        self._meaning = meaning

    def put(self, site: str, url: str, found: Sequence[store.Entry]) -> Work[None]:
        """Replaces a page's passages."""
        return store.put_passages(self._words, site, url, found)

    def forget(self, site: str, url: str) -> Work[None]:
        """Deletes a page's passages."""
        return self._words.forget(site, url)

    def forget_site(self, site: str) -> Work[None]:
        """Deletes a site's passages."""
        return self._words.forget_site(site)

    async def search(
        self,
        site: str,
        question: str,
        *,
        besides: str = "",
        context: str = "",
        limit: int = CANDIDATES,
        meaning: Vector | None = None,
    ) -> list[Passage]:
        """A site's passages that may answer a question, best first. `besides` is the page that is known anyway,
        `context` holds further search words, `meaning` is the question's vector."""
        wanted = search_terms(asked_part(question), context, MOST_TERMS)
        found = await self._db.read(lambda: store.find(self._words, site, wanted, besides, limit))
        if self._meaning is None or meaning is None:
            return [item.passage for item in found]
        near = await self._meaning.near(site, meaning, [item.id for item in found], besides)
        alike = sorted(near, key=lambda id: -near[id])[:limit]
        order = fused([item.id for item in found], alike)[:limit]
        known = {item.id: item.passage for item in found}
        missing = [id for id in order if id not in known]
        known |= await self._db.read(lambda: store.passages_by_id(site, missing))
        return [replace(known[id], likeness=near.get(id)) for id in order if id in known]

    async def meaning_of(self, question: str, context: str = "") -> Vector | None:
        """A question's vector; None without a model or if it takes too long."""
        if self._meaning is None:
            return None
        return await self._meaning.vector_of(f"{context}\n{asked_part(question)}".strip())

    async def compared(self, site: str, page: Sequence[Passage], meaning: Vector | None) -> Sequence[Passage]:
        """A page's passages with their similarity to the question, where known."""
        if self._meaning is None or meaning is None:
            return page
        return await self._meaning.told(site, meaning, page)

    async def understand(self, site: str) -> int:
        """Embeds passages without vectors; returns their number. Raises JobFailed."""
        return 0 if self._meaning is None else await self._meaning.read(site)

    @property
    def by_meaning(self) -> bool:
        """Whether there is an embedding model."""
        return self._meaning is not None

    def kinds(self) -> list[Kind]:
        """The job that embeds a site's new passages; none without a model."""
        return [Kind(EMBEDDINGS, self._understand, seconds=None)] if self.by_meaning else []

    async def _understand(self, job: Job) -> None:
        await self.understand(job.site)

    async def close(self) -> None:
        """Closes the model."""
        if self._meaning is not None:
            await self._meaning.close()


def fused(*rankings: Sequence[int]) -> list[int]:
    """Merges rankings by reciprocal rank fusion."""
    scores: dict[int, float] = {}
    for ranking in rankings:
        for rank, id in enumerate(ranking, 1):
            scores[id] = scores.get(id, 0.0) + 1 / (FUSION + rank)
    return sorted(scores, key=lambda id: (-scores[id], id))
