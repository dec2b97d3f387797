"""The embedded provider: the page's own words, called what they are, or that the page does not say."""

from __future__ import annotations

import time

import pytest
from answerback.answers.providers.quote import QuoteAnswerer
from answerback.core.answering import AnswerRequest, Finished, Passage, Quotes, Source, TextDelta
from answerback.core.grounding import ranking
from answerback.core.grounding.passages import Block, split
from answerback.core.grounding.review import is_refusal

pytestmark = pytest.mark.anyio
BREAD = split(
    [
        Block("The starter has been kept alive since 1952, when the cellar flooded.", ("The oven", "The rye")),
        Block("A rye loaf weighs 1.2 kilograms and costs 4.20 euros. It keeps for a week.", ("The oven", "The rye")),
        Block("Whole loaves can be ordered by telephone; the bakery does not deliver.", ("The oven", "Orders")),
    ],
    url="https://a.example/bread",
    title="The oven",
)
FERRY = split([Block("The ferry leaves *every* hour.")], url="https://a.example/ferry", title="Ferry")


async def answer(question: str, passages: list[Passage], lang: str = "en") -> tuple[str, tuple[Source, ...]]:
    request = AnswerRequest((), question, tuple(passages), lang, None, 100, "a1")
    events = [event async for event in QuoteAnswerer().stream(request)]
    assert isinstance(events[-1], Finished)
    text = "".join(event.text for event in events if isinstance(event, TextDelta))
    (sources,) = (event.sources for event in events if isinstance(event, Quotes))
    return text, sources


async def test_quotes_the_answer_and_nothing_before_it() -> None:
    text, sources = await answer("How much does a rye loaf cost?", BREAD)
    assert text.startswith("The page says:\n\n> A rye loaf weighs 1.2 kilograms and costs 4.20 euros.")
    assert sources[0] == Source("A rye loaf weighs 1.2 kilograms and costs 4.20 euros.", BREAD[0].url, "The oven")


async def test_near_match_is_called_near() -> None:
    text, _ = await answer("Can I order a wedding cake with candles for twenty guests?", BREAD)
    assert text.startswith("The closest passages:")


@pytest.mark.parametrize(
    ("lang", "words"), [("en", "This page does not say."), ("ko", "나와 있지 않아요"), ("xx", "This")]
)
async def test_says_when_the_page_has_no_answer(lang: str, words: str) -> None:
    text, sources = await answer("What is the capital of France?", BREAD, lang)
    assert words in text
    assert is_refusal(text)
    assert sources == ()


async def test_several_pages_are_called_the_site() -> None:
    text, sources = await answer("How often does the ferry leave?", [*BREAD, *FERRY])
    assert text.startswith("The site says:\n\n> The ferry leaves \\*every\\* hour.")
    assert sources[0].url == "https://a.example/ferry"


async def test_says_if_page_or_site_answers() -> None:
    assert (await answer("How much does a rye loaf cost?", [*BREAD, *FERRY]))[0].startswith("The page says:")
    assert (await answer("When does the ferry leave?", [*BREAD, *FERRY]))[0].startswith("The site says:")
    assert (await answer("Who painted the church?", [*BREAD, *FERRY]))[0] == "This site does not say."


async def test_says_when_there_is_no_page() -> None:
    text, sources = await answer("How much?", [])
    assert "could not be read" in text
    assert sources == ()


QUESTIONS = split(
    [
        Block("Do you ship abroad?", ("Help",)),
        Block("Yes, to all of the EU and to Norway, for 12 euros.", ("Help",)),
        Block("How do I return an item?", ("Help",)),
        Block("Send it back within 30 days in its box. The label is in the parcel.", ("Help",)),
        Block("Warranty of the lamps", ("Help",)),
        Block("Two years on all parts.", ("Help",)),
        Block("駐車場はありますか？\t店の裏に5台分あります。", ("Help",)),
        Block("Was it any good?", ("Help",)),
    ],
    url="https://a.example/help",
    title="Help",
)


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("Do you ship abroad?", "Do you ship abroad?\nYes, to all of the EU and to Norway, for 12 euros."),
        (
            "How do I return an item?",
            "How do I return an item?\nSend it back within 30 days in its box. The label is in the parcel.",
        ),
        ("What is the warranty of the lamps?", "Warranty of the lamps\nTwo years on all parts."),
        ("駐車場はありますか？", "駐車場はありますか？\t店の裏に5台分あります。"),
    ],
)
async def test_question_on_the_page_is_quoted_with_its_answer(question: str, quote: str) -> None:
    _, sources = await answer(question, QUESTIONS)
    assert sources[0].quote == quote


async def test_question_without_an_answer_is_not_quoted() -> None:
    text, sources = await answer("Was it any good?", QUESTIONS)
    assert "> Was it any good?" not in text
    assert all(source.quote != "Was it any good?" for source in sources)


async def test_quoting_is_fast() -> None:
    sentence = "On day {} the baker of the harbour town used {} kilograms of flour, and the mill sent {} more. "
    page = split([Block("".join(sentence.format(n, n * 3, n * 7) for n in range(m, m + 9))) for m in range(0, 300, 9)],
                 url="u", title="t")  # fmt: skip
    chosen = list(ranking.choose("How much flour did the mill send on day 77?", page, 1_500))
    times = []
    for _ in range(5):
        begun = time.process_time()
        text, _ = await answer("How much flour did the mill send on day 77?", chosen)
        times.append(time.process_time() - begun)
    assert "539 more" in text
    assert min(times) < 0.02
