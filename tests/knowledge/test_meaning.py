"""Passages found by what they mean, with the scripted OpenAI-compatible server as the model."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from answerback.clock import SteppedClock
from answerback.core.grounding.passages import Block, split
from answerback.db.database import Database
from answerback.ids import RandomIds
from answerback.jobs.model import JobFailed
from answerback.jobs.queue import JobQueue
from answerback.jobs.store import listed_jobs
from answerback.knowledge.build import make_embedder
from answerback.knowledge.index.embedders import EmbeddingFailed, OpenAIEmbedder
from answerback.knowledge.index.entries import entries
from answerback.knowledge.index.meaning import EMBEDDINGS, PassageVectors
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
MEASURED = [8, 8]
"""The calls by which a model is measured, once."""
QUESTION = "May my hamster come along?"


@pytest.fixture(scope="module")
def model() -> Iterator[OpenAIServer]:
    with OpenAIServer.start() as server:
        yield server


@pytest.fixture
async def embedder(model: OpenAIServer) -> AsyncIterator[OpenAIEmbedder]:
    model.reset()
    model.script(meanings=MEANINGS)
    embedder = OpenAIEmbedder(api_key="a-secret-key", base_url=model.base_url, model="small", patience=20)
    yield embedder
    await embedder.close()


@pytest.fixture
def jobs() -> JobQueue:
    return JobQueue(SteppedClock(), RandomIds())


@pytest.fixture
async def index(database: Database, embedder: OpenAIEmbedder, jobs: JobQueue) -> SiteIndex:
    index = SiteIndex(database, PassageVectors(database, embedder, jobs))
    await database.write(lambda: add_site("s", {"origins": "https://s.example"}, 1))
    for url, text in PAGES.items():
        await put(index, database, url, text)
    return index


async def put(index: SiteIndex, database: Database, url: str, text: str) -> None:
    found = entries(split([Block(text, ())], url=url, title=""))
    await database.write(lambda: index.put("s", url, found))


async def search(index: SiteIndex, question: str, besides: str = "") -> list[str]:
    meaning = await index.meaning_of(question)
    return [passage.url for passage in await index.search("s", question, besides=besides, meaning=meaning)]


def sent(model: OpenAIServer) -> list[int]:
    """How many texts each call had."""
    return [len(body["input"]) for body in model.seen()["embedded"]]


async def waiting(database: Database) -> list[str]:
    """The sites whose passages a job will read."""
    return [job.site for job in await database.read(lambda: listed_jobs(10)) if job.kind == EMBEDDINGS]


async def test_synonyms_are_found_by_meaning(index: SiteIndex, database: Database, model: OpenAIServer) -> None:
    assert await SiteIndex(database).search("s", QUESTION) == []
    assert await index.understand("s") == 3
    assert (await search(index, QUESTION))[0] == "/pets"
    assert "/pets" not in await search(index, QUESTION, besides="/pets")
    assert sent(model) == [*MEASURED, 3, 1, 1]
    assert {body["model"] for body in model.seen()["embedded"]} == {"small"}


async def test_passages_are_embedded_once_per_model(
    index: SiteIndex, database: Database, model: OpenAIServer, jobs: JobQueue
) -> None:
    assert [await index.understand("s"), await index.understand("s")] == [3, 0]
    await put(index, database, "/new", "Hamsters sleep below.")
    assert await index.understand("s") == 1
    async with another(database, model, jobs, "large") as larger:
        assert await larger.understand("s") == 4


@asynccontextmanager
async def another(
    database: Database, model: OpenAIServer, jobs: JobQueue, name: str = "small"
) -> AsyncIterator[SiteIndex]:
    """The index as a server has it that was started anew."""
    embedder = OpenAIEmbedder(api_key="", base_url=model.base_url, model=name, patience=20)
    index = SiteIndex(database, PassageVectors(database, embedder, jobs))
    yield index
    await index.close()


async def test_words_and_meaning_are_merged(index: SiteIndex) -> None:
    await index.understand("s")
    found = await search(index, "How expensive is it for a driver of a car?")
    assert found[0] == "/fares"
    assert set(found) == set(PAGES)


@pytest.mark.parametrize("status", [401, 404, 429, 500])
async def test_words_decide_without_the_model(index: SiteIndex, model: OpenAIServer, status: int) -> None:
    model.script(embedding_status=status)
    with pytest.raises(JobFailed, match="embedding model"):
        await index.understand("s")
    assert await search(index, "dogs on deck") == ["/pets"]


async def test_failing_embedding_model_does_no_harm(database: Database, index: SiteIndex) -> None:
    away = OpenAIEmbedder(api_key="", base_url="http://127.0.0.1:9/v1", model="m", patience=20)
    lame = SiteIndex(database, PassageVectors(database, away))
    with pytest.raises(JobFailed):
        await lame.understand("s")
    assert await search(lame, "dogs on deck") == ["/pets"]
    await lame.close()


async def test_slow_model_is_not_waited_for(database: Database, model: OpenAIServer) -> None:
    model.reset()
    model.script(embedding_stalls=True)
    slow = OpenAIEmbedder(api_key="", base_url=model.base_url, model="slow")
    assert slow.patience <= 0.2
    index = SiteIndex(database, PassageVectors(database, slow))
    assert await index.meaning_of(QUESTION) is None
    await index.close()


async def test_server_that_asks_for_a_pause_gets_it(index: SiteIndex, model: OpenAIServer) -> None:
    model.script(embedding_status=429, embedding_retry_after=90)
    with pytest.raises(JobFailed) as failed:
        await index.understand("s")
    assert 80 < failed.value.retry_after <= 90
    assert await index.meaning_of(QUESTION) is None
    assert sent(model) == [8]


@pytest.mark.parametrize(("most", "calls"), [(8, [3]), (2, [3, 1, 1, 1])])
async def test_fewer_passages_are_sent_when_refused(
    index: SiteIndex, model: OpenAIServer, most: int, calls: list[int]
) -> None:
    await index.meaning_of(QUESTION)
    model.script(embedding_most=most)
    assert await index.understand("s") == 3
    assert sent(model)[3:] == calls


async def test_long_passage_is_cut_to_what_a_server_takes(
    index: SiteIndex, database: Database, model: OpenAIServer
) -> None:
    await put(index, database, "/long", "Hamsters sleep below " * 40)
    model.script(embedding_longest=600)
    assert await index.understand("s") == 4
    assert (await search(index, QUESTION))[0] in ("/pets", "/long")


async def test_vectors_of_another_length_are_made_anew(
    index: SiteIndex, database: Database, model: OpenAIServer, jobs: JobQueue
) -> None:
    await index.understand("s")
    model.script(meanings=MEANINGS[:2])
    async with another(database, model, jobs) as later:
        assert await search(later, QUESTION) == []
        assert await waiting(database) == ["s"]
        assert await later.understand("s") == 3
        assert (await search(later, QUESTION))[0] == "/pets"


async def test_another_model_has_a_question_read_all_anew(
    index: SiteIndex, database: Database, model: OpenAIServer, jobs: JobQueue
) -> None:
    await index.understand("s")
    async with another(database, model, jobs, "large") as later:
        await search(later, "dogs on deck")
        assert await waiting(database) == ["s"]


async def test_page_no_crawl_has_read_is_compared(index: SiteIndex, model: OpenAIServer) -> None:
    page = split([Block("Dogs are welcome.", ()), Block("It costs 5 euros.", ("", "Fares"))], url="/new", title="")
    meaning = await index.meaning_of(QUESTION)
    assert meaning is not None
    for _ in range(2):
        pets, fares = [passage.likeness for passage in await index.compared("s", page, meaning)]
        assert pets is not None and fares is not None and pets > fares
    assert sent(model) == [*MEASURED, 1, 2]


async def test_page_that_was_crawled_is_not_read_again(index: SiteIndex, model: OpenAIServer) -> None:
    await index.understand("s")
    page = split([Block(PAGES["/pets"], ())], url="/pets", title="")
    found = await index.compared("s", page, await index.meaning_of(QUESTION))
    assert found[0].likeness is not None
    assert sent(model) == [*MEASURED, 3, 1]


async def test_large_site_is_ranked_among_word_matches(
    index: SiteIndex, database: Database, embedder: OpenAIEmbedder
) -> None:
    await index.understand("s")
    small = SiteIndex(database, PassageVectors(database, embedder, most_compared=8))
    assert await search(small, "The hamster on the deck?") == ["/pets"]
    assert await search(small, QUESTION) == []


@pytest.mark.parametrize(
    ("name", "query", "passage"),
    [
        ("intfloat/multilingual-e5-small", "query: ", "passage: "),
        ("nomic-embed-text:v1.5", "search_query: ", "search_document: "),
        ("text-embedding-3-small", "", ""),
        ("multilingual-e5-large-instruct", "", ""),
    ],
)
async def test_model_gets_texts_in_the_form_it_wants(
    model: OpenAIServer, embedder: OpenAIEmbedder, name: str, query: str, passage: str
) -> None:
    wants = OpenAIEmbedder(api_key="", base_url=model.base_url, model=name)
    await wants.embed(["dog"], "query", seconds=5)
    await wants.embed(["dog"], "passage", seconds=5)
    assert [body["input"] for body in model.seen()["embedded"]] == [[f"{query}dog"], [f"{passage}dog"]]
    await wants.close()


@pytest.mark.parametrize("wait", ["0", "-5", "soon", "Wed, 21 Oct 2015 07:28:00 GMT"])
async def test_pause_of_no_length_is_none(model: OpenAIServer, embedder: OpenAIEmbedder, wait: str) -> None:
    model.script(embedding_status=429, embedding_retry_after=wait)
    for _ in range(2):
        with pytest.raises(EmbeddingFailed):
            await embedder.embed(["dog"], "query", seconds=5)
    assert sent(model) == [1, 1]


def embedder_of(tmp_path: Path, **settings: str) -> object:
    texts = {f"ANSWERBACK_{name}": text for name, text in settings.items()}
    return make_embedder(
        load_settings({"ANSWERBACK_DATA_DIR": str(tmp_path), "OPENAI_API_KEY": "sk-chat"} | texts, dotenv=None)
    )


def test_embedding_model_is_a_setting(tmp_path: Path) -> None:
    assert embedder_of(tmp_path) is None
    assert embedder_of(tmp_path, EMBEDDING_MODEL="small", EMBEDDING="off") is None
    made = embedder_of(tmp_path, EMBEDDING_MODEL="small")
    assert isinstance(made, OpenAIEmbedder)
    assert (made.model, made.url) == ("small", "https://api.openai.com/v1/embeddings")
    assert made.headers == {"Authorization": "Bearer sk-chat"}


def test_server_of_its_own_gets_no_foreign_key(tmp_path: Path) -> None:
    where = {"EMBEDDING_MODEL": "small", "EMBEDDING_BASE_URL": "http://127.0.0.1:9/v1"}
    made, keyed = embedder_of(tmp_path, **where), embedder_of(tmp_path, **where, EMBEDDING_API_KEY="sk-own")
    assert isinstance(made, OpenAIEmbedder) and isinstance(keyed, OpenAIEmbedder)
    assert made.url == keyed.url == "http://127.0.0.1:9/v1/embeddings"
    assert made.headers == {}
    assert keyed.headers == {"Authorization": "Bearer sk-own"}
