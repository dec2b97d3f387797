"""The embedding model in a process of its own."""

from __future__ import annotations

import pytest
from answerback.errors import SettingsError
from answerback.knowledge.index.embedders import EmbeddingFailed
from answerback.knowledge.index.local_embedder import TEXT_LIMIT, LocalEmbedder, require
from answerback.sandbox.pool import Limits, Pool

pytestmark = pytest.mark.anyio


@pytest.fixture
def embedder() -> LocalEmbedder:
    return LocalEmbedder(Pool("tests.fakes.embedding_tasks", Limits(0.5, 200), 1))


async def test_texts_are_read_in_order_a_few_at_a_time(embedder: LocalEmbedder) -> None:
    found = await embedder.embed(["a", "bb", "c" * 9_999], "passage", seconds=20)
    assert [list(vector) for vector in found] == [[1, 0, 2], [2, 0, 2], [TEXT_LIMIT, 0, 1]]
    assert [list(vector) for vector in await embedder.embed(["abcd"], "query", seconds=20)] == [[4, 1, 1]]


@pytest.mark.parametrize("text", ["!", "?"])
async def test_process_that_fails_is_begun_anew(embedder: LocalEmbedder, text: str) -> None:
    with pytest.raises(EmbeddingFailed, match="process"):
        await embedder.embed([text], "query", seconds=20)
    assert len(await embedder.embed(["a"], "query", seconds=20)) == 1


async def test_nobody_waits_longer_than_they_will(embedder: LocalEmbedder) -> None:
    with pytest.raises(EmbeddingFailed, match="too long"):
        await embedder.embed(["?"], "query", seconds=0.01)


def test_missing_package_is_said_at_the_start() -> None:
    with pytest.raises(SettingsError, match=r"answerback\[local\]"):
        require("a_package_that_is_missing")
