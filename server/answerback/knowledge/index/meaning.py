"""Vectors of passages in the database, and their distance to a question's."""

from __future__ import annotations

import asyncio
from array import array
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace

from ...core.answering import Passage
from ...db.database import Database
from ...jobs.model import JobFailed
from ...jobs.queue import JobQueue
from ...priority import in_background
from . import store
from .embedders import Embedder, EmbeddingFailed, Form, Vector
from .scale import Scale, pairs

EMBEDDINGS = "embeddings"
READING_SECONDS = 60.0
SENT_LIMIT, LEAST_SENT = 4_000, 500
"""Characters of one text that are sent, and those that every model takes."""
MOST_COMPARED = 1_000_000
"""Numbers compared for one question, about 60 ms of work; of a larger site only what was found by its words."""
KEPT = 2_000
"""Passages of pages that no crawl has read whose vectors are remembered."""


class PassageVectors:
    """Compares questions with passages by embedding vectors."""

    def __init__(
        self, db: Database, embedder: Embedder, jobs: JobQueue | None = None, most_compared: int = MOST_COMPARED
    ) -> None:
        self._db = db
        self._embedder = embedder
        self._jobs = jobs
        self._most_compared = most_compared
        self._scale: Scale | None = None
        self._measuring: asyncio.Task[Scale] | None = None
        self._kept: OrderedDict[str, Vector] = OrderedDict()
        self._reading: dict[str, asyncio.Task[None]] = {}

    async def close(self) -> None:
        """Stops reading and closes the model."""
        tasks = [task for task in (*self._reading.values(), self._measuring) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._embedder.close()

    # ---- what a site says, after a crawl

    async def read(self, site: str) -> int:
        """Embeds a site's passages without vectors; returns their number. Raises JobFailed."""
        model, together, count = self._embedder.model, self._embedder.together, 0
        try:
            size = (await self._measured()).size  # another length means other vectors, whatever the model is called
            while passages := await self._db.read(lambda: store.without_vector(site, model, size, together)):
                vectors = await self._embed([text_of(passage) for _, passage in passages], "passage")
                kept = [(id, vector.tobytes()) for (id, _), vector in zip(passages, vectors, strict=True)]
                await self._db.write(lambda: store.keep_vectors(model, kept))  # noqa: B023  awaited here
                count += len(passages)
        except EmbeddingFailed as failed:
            raise JobFailed(
                f"The embedding model is unavailable. {failed.reason}", retry_after=failed.retry_after
            ) from None
        return count

    async def _embed(self, texts: Sequence[str], form: Form) -> list[Vector]:
        """Embeds texts, in smaller batches or shortened if the model refuses. Raises EmbeddingFailed."""
        found: list[Vector] = []
        together, longest = self._embedder.together, SENT_LIMIT
        while len(found) < len(texts):
            some = [text[:longest] for text in texts[len(found) : len(found) + together]]
            try:
                found += await self._embedder.embed(some, form, seconds=READING_SECONDS)
            except EmbeddingFailed as failed:
                if not failed.too_much or (len(some) == 1 and longest <= LEAST_SENT):
                    raise
                together, longest = max(1, len(some) // 2), longest if len(some) > 1 else longest // 2
        return found

    async def _measured(self) -> Scale:
        """The model's calibration. Raises EmbeddingFailed."""
        if self._scale is None:
            if self._measuring is None or self._measuring.done():
                self._measuring = asyncio.create_task(self._measure())
                self._measuring.add_done_callback(_heard)
            self._scale = await asyncio.shield(self._measuring)
        return self._scale

    async def _measure(self) -> Scale:
        questions, passages = pairs()
        return Scale.of(await self._embed(questions, "query"), await self._embed(passages, "passage"))

    # ---- a question

    async def vector_of(self, question: str) -> Vector | None:
        """A question's vector; None if unavailable or too slow."""
        seconds = self._embedder.patience
        try:
            async with asyncio.timeout(seconds):
                await self._measured()
                return (await self._embedder.embed([question], "query", seconds=seconds))[0]
        except (TimeoutError, EmbeddingFailed):
            return None

    async def near(self, site: str, wanted: Vector, found: Sequence[int], besides: str) -> dict[int, float]:
        """A question's similarity to the site's passages by id: to all of a small site, else to the candidates
        found."""
        model, most = self._embedder.model, self._most_compared // len(wanted)
        rows = await self._db.read(lambda: store.vectors_of_site(site, model, besides, most + 1))
        if len(rows) > most:
            rows = await self._db.read(lambda: store.vectors_of(found, model))
        scale = await self._measured()
        likenesses = await in_background(lambda: [scale.likeness(wanted, _unpacked(packed)) for _, packed in rows])
        if None in likenesses or not set(found) <= {id for id, _ in rows}:
            await self._read_soon(site)
        return {id: near for (id, _), near in zip(rows, likenesses, strict=True) if near is not None}

    async def _read_soon(self, site: str) -> None:
        """Schedules embedding of passages without this model's vectors."""
        if (jobs := self._jobs) is not None:
            await self._db.write(lambda: jobs.put(EMBEDDINGS, site=site, key=site))

    async def told(self, site: str, wanted: Vector, page: Sequence[Passage]) -> tuple[Passage, ...]:
        """A page's passages with their similarity to the question, where known by now."""
        if not page:
            return ()
        url, model = page[0].url, self._embedder.model
        rows = await self._db.read(lambda: store.vectors_of_page(site, url, model))
        known = {text: _unpacked(packed) for text, packed in rows}
        missing = [passage for passage in page if passage.text not in known and text_of(passage) not in self._kept]
        if missing:
            await self._learn(url, missing)
        scale, kept = await self._measured(), self._kept
        found = [known.get(passage.text) or kept.get(text_of(passage)) for passage in page]
        return tuple(
            replace(passage, likeness=scale.likeness(wanted, vector))
            for passage, vector in zip(page, found, strict=True)
        )

    async def _learn(self, url: str, passages: Sequence[Passage]) -> None:
        """Embeds passages that are in no index, for the next question, and for this one if done in time."""
        if url not in self._reading:
            task = asyncio.create_task(self._remember(passages))
            self._reading[url] = task
            task.add_done_callback(lambda _: self._reading.pop(url, None))
        await asyncio.wait([self._reading[url]], timeout=self._embedder.patience)

    async def _remember(self, passages: Sequence[Passage]) -> None:
        together = self._embedder.together
        for start in range(0, min(len(passages), KEPT), together):
            texts = [text_of(passage) for passage in passages[start : start + together]]
            try:
                vectors = await self._embed(texts, "passage")
            except EmbeddingFailed:
                return
            self._kept.update(zip(texts, vectors, strict=True))
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)


def _heard(task: asyncio.Task[Scale]) -> None:
    """Consumes an exception that nobody awaited; the next question tries again."""
    if not task.cancelled():
        task.exception()


def text_of(passage: Passage) -> str:
    """A passage with its headings, as the model reads it."""
    return f"{passage.title}\n{passage.heading}\n{passage.text}"


def _unpacked(packed: bytes) -> Vector:
    vector = array("f")
    vector.frombytes(packed)
    return vector
