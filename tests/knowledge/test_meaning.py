"""Passages found by what they mean, with the scripted OpenAI-compatible server as the model."""

from __future__ import annotations

from array import array
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from answerback.core.grounding.passages import Block, split
from answerback.db.database import Database
from answerback.jobs.model import JobFailed
from answerback.knowledge.build import make_embedder
from answerback.knowledge.index import embeddings as meaning
from answerback.knowledge.index.embeddings import OpenAIEmbedder, PassageVectors
from answerback.knowledge.index.entries import entries
from answerback.knowledge.index.search import SiteIndex
from answerback.settings import load_settings
from answerback.sites.store import add_site

from tests.fakes.openai_server import OpenAIServer

pytestmark = pytest.mark.anyio
PAGES = {
    "/pets": "Dogs are welcome on the open deck.",
    "/fares": "A car with its driver pays 14.50 euros each way.",
    "/times": "The last boat sails at 21:30 in summer.",
}
MEANINGS = [["dog", "animal", "hamster"], ["euros", "price", "expensive"], ["21:30", "evening"]]
QUESTION = "May my hamster come along?"


@pytest.fixture(scope="module")
def model() -> Iterator[OpenAIServer]:
    with OpenAIServer.start() as server:
        yield server


@pytest.fixture
async def embedder(model: OpenAIServer) -> AsyncIterator[OpenAIEmbedder]:
    model.reset()
    model.script(meanings=MEANINGS)
    embedder = OpenAIEmbedder(api_key="a-secret-key", base_url=model.base_url, model="small")
    yield embedder
    await embedder.close()


@pytest.fixture
async def index(database: Database, embedder: OpenAIEmbedder) -> SiteIndex:
    index = SiteIndex(database, PassageVectors(database, embedder))
    await database.write(lambda: add_site("s", {"origins": "https://s.example"}, 1))
    for url, text in PAGES.items():
        found = entries(split([Block(text, ())], url=url, title=""))
        await database.write(lambda url=url, found=found: index.put("s", url, found))
    return index


async def test_synonyms_are_found_by_meaning(index: SiteIndex, database: Database, model: OpenAIServer) -> None:
    assert await SiteIndex(database).search("s", QUESTION) == []
    assert await index.understand("s") == 3
    assert (await index.search("s", QUESTION))[0].url == "/pets"
    assert "/pets" not in [p.url for p in await index.search("s", QUESTION, besides="/pets")]
    embedded = model.seen()["embedded"]
    assert [len(body["input"]) for body in embedded] == [3, 1, 1]
    assert {body["model"] for body in embedded} == {"small"}


async def test_passages_are_embedded_once_per_model(
    index: SiteIndex, database: Database, embedder: OpenAIEmbedder
) -> None:
    assert [await index.understand("s"), await index.understand("s")] == [3, 0]
    found = entries(split([Block("Hamsters sleep below.", ())], url="/new", title=""))
    await database.write(lambda: index.put("s", "/new", found))
    assert await index.understand("s") == 1
    embedder.model = "large"
    assert await index.understand("s") == 4


async def test_words_and_meaning_are_merged(index: SiteIndex) -> None:
    await index.understand("s")
    found = [p.url for p in await index.search("s", "How expensive is it for a driver of a car?")]
    assert found[0] == "/fares"
    assert set(found) == set(PAGES)


@pytest.mark.parametrize("status", [401, 404, 429, 500])
async def test_words_decide_without_the_model(index: SiteIndex, model: OpenAIServer, status: int) -> None:
    model.script(embedding_status=status)
    with pytest.raises(JobFailed, match="embedding model"):
        await index.understand("s")
    assert [p.url for p in await index.search("s", "dogs on deck")] == ["/pets"]


async def test_failing_embedding_model_does_no_harm(database: Database, index: SiteIndex) -> None:
    away = OpenAIEmbedder(api_key="", base_url="http://127.0.0.1:9/v1", model="m")
    lame = SiteIndex(database, PassageVectors(database, away))
    with pytest.raises(JobFailed):
        await lame.understand("s")
    assert [p.url for p in await lame.search("s", "dogs on deck")] == ["/pets"]
    await away.close()


async def test_large_site_is_ranked_among_word_matches(
    index: SiteIndex, database: Database, embedder: OpenAIEmbedder
) -> None:
    await index.understand("s")
    index = SiteIndex(database, PassageVectors(database, embedder, most_compared=8))
    assert [p.url for p in await index.search("s", "The hamster on the deck?")] == ["/pets"]
    assert await index.search("s", QUESTION) == []


def test_vectors_of_another_length_are_not_compared() -> None:
    assert meaning._likeness(array("f", [1.0, 0.0]), array("f", [1.0]).tobytes()) is None
    assert meaning._likeness(array("f", [0.6, 0.8]), array("f", [0.6, 0.8]).tobytes()) == pytest.approx(1.0)


def test_embedding_model_is_a_setting(tmp_path: Path) -> None:
    folder = {"ANSWERBACK_DATA_DIR": str(tmp_path)}
    assert make_embedder(load_settings(folder, dotenv=None)) is None
    made = make_embedder(load_settings({**folder, "ANSWERBACK_EMBEDDING_MODEL": "small"}, dotenv=None))
    assert made is not None
    assert made.model == "small"
