"""The index of a site's passages promises the same on SQLite and PostgreSQL."""

from __future__ import annotations

from array import array

import pytest
from answerback.core.answering import Passage
from answerback.core.grounding.passages import Block, split
from answerback.db.database import Database
from answerback.knowledge.index import store
from answerback.knowledge.index.entries import entries
from answerback.knowledge.index.search import SiteIndex, fused
from answerback.sites.store import add_site

pytestmark = pytest.mark.anyio
BAKERY = [
    Block("The bakery was founded in 1931 by Anna Berg. It stands beside the old lighthouse.", ("Harbour bakery",)),
    Block("We open at 7:30 on weekdays and at 9:00 on Saturdays.", ("Harbour bakery", "Opening hours")),
]
FERRY = [
    Block("A car with its driver pays 14.50 euros each way, a motorbike 6 euros.", ("Ferry", "Fares")),
    Block("Dogs are welcome on the open deck but may not enter the cabin.", ("Ferry", "Boarding")),
]
OTHERS = {
    "/ko": [Block("도서관은 매주 월요일에 문을 닫습니다. 회원증은 무료로 발급됩니다.", ("시립 도서관", "이용 안내"))],
    "/ja": [Block("図書館は毎週月曜日が休館です。貸出は十冊までできます。", ("市立図書館",))],
    "/zh": [Block("博物馆每周一闭馆，门票价格为二十元。", ("历史博物馆",))],
    "/de": [Block("Der Fährhafen schließt im Winter früher.", ("Hafen",))],
}


async def keep(index: SiteIndex, db: Database, site: str, url: str, blocks: list[Block], title: str = "") -> None:
    found = entries(split(blocks, url=url, title=title or blocks[0].headings[0]))
    await db.write(lambda: index.put(site, url, found))


@pytest.fixture
async def index(database: Database) -> SiteIndex:
    index = SiteIndex(database)
    for site in ("my-site", "mysite", "other"):
        texts = {"origins": f"https://{site}.example"}
        await database.write(lambda site=site, texts=texts: add_site(site, texts, 1))
    await keep(index, database, "my-site", "/bakery", BAKERY)
    await keep(index, database, "my-site", "/ferry", FERRY)
    for url, blocks in OTHERS.items():
        await keep(index, database, "my-site", url, blocks)
    return index


@pytest.mark.parametrize(
    ("question", "url", "words"),
    [
        ("When do you open on Saturdays?", "/bakery", "9:00 on Saturdays"),
        ("Who was the founder of the bakery?", "/bakery", "Anna Berg"),
        ("What are the fares for motorbikes?", "/ferry", "6 euros"),
        ("도서관은 언제 문을 닫나요?", "/ko", "월요일"),
        ("図書館の休館日はいつですか", "/ja", "月曜日"),
        ("博物馆门票多少钱?", "/zh", "二十元"),
        ("Wann schließt der Fährhafen?", "/de", "früher"),
    ],
)  # fmt: skip
async def test_the_passage_that_answers_comes_first(index: SiteIndex, question: str, url: str, words: str) -> None:
    best = (await index.search("my-site", question))[0]
    assert best.url == url
    assert words in best.text


async def test_passages_are_stored_unchanged(index: SiteIndex, database: Database) -> None:
    assert await database.read(lambda: store.passages_of("my-site", "/bakery")) == [
        Passage(BAKERY[0].text, "Harbour bakery", "/bakery", "Harbour bakery"),
        Passage(BAKERY[1].text, "Harbour bakery › Opening hours", "/bakery", "Harbour bakery"),
    ]


async def test_rare_words_weigh_more_and_headings_help(index: SiteIndex, database: Database) -> None:
    for number in range(30):
        await keep(
            index, database, "my-site", f"/euros/{number}", [Block(f"Ticket {number}: 5 euros, 5 euros.", ("Prices",))]
        )
    assert (await index.search("my-site", "euros for a motorbike"))[0].url == "/ferry"
    await keep(index, database, "my-site", "/zoo", [Block("A walrus lives here, as every child knows.", ("Zoo",))])
    assert (await index.search("my-site", "ticket walrus"))[0].url == "/zoo", "thirty passages have the other word"
    assert (await index.search("my-site", "opening hours"))[0].heading.endswith("Opening hours")


async def test_a_site_sees_nothing_of_another(index: SiteIndex, database: Database) -> None:
    """Not of one whose key is the same word either."""
    await keep(index, database, "mysite", "/secret", [Block("The safe opens on Saturdays with 4711.", ("Safe",))])
    assert "/secret" not in {p.url for p in await index.search("my-site", "When does the safe open on Saturdays?")}
    assert {p.url for p in await index.search("mysite", "When does the safe open on Saturdays?")} == {"/secret"}
    assert await index.search("other", "When does the safe open on Saturdays?") == []


async def test_own_page_is_left_out_and_results_limited(index: SiteIndex, database: Database) -> None:
    assert "/bakery" not in {p.url for p in await index.search("my-site", "Saturdays?", besides="/bakery")}
    for number in range(20):
        await keep(index, database, "my-site", f"/n/{number}", [Block("Saturdays are long here.", (f"Day {number}",))])
    assert len(await index.search("my-site", "Saturdays", limit=7)) == 7


async def test_a_page_read_again_replaces_what_it_said(index: SiteIndex, database: Database) -> None:
    await keep(index, database, "my-site", "/bakery", [Block("We are closed for good.", ("Harbour bakery",))])
    assert await index.search("my-site", "Who is Anna Berg?") == []
    assert [p.text for p in await index.search("my-site", "Is the bakery closed?")][:1] == ["We are closed for good."]
    await database.write(lambda: index.forget("my-site", "/bakery"))
    assert all(p.url != "/bakery" for p in await index.search("my-site", "Is the bakery closed?"))
    assert await database.read(lambda: store.passages_of("my-site", "/bakery")) == []


@pytest.mark.parametrize(
    "question",
    ["", "?", "the of and", '" OR site:other', "head:x AND body:y", "NEAR(a b)", "a* ^b -c", "\x00",
     "'; DROP TABLE passages;", "{head} : x",
     "!&|<->()", "\ud7a3" * 3_000, "़ा ि", "🙂🙂", "a" * 100_000, "x\u0301y\u200dz", "ℌ𝔢𝔩𝔩𝔬 ①②③ ﷺ"],
)  # fmt: skip
async def test_any_query_is_safe(index: SiteIndex, question: str) -> None:
    assert isinstance(await index.search("my-site", question), list)


async def test_any_text_can_be_kept(index: SiteIndex, database: Database) -> None:
    texts = [
        '"quoted" & | ! ( ) : * \' \\ text',
        "1e5 0x1f 3.14 -7 a-b_c http://x.y/z?q=1 me@example.com",
        "हिन्दी ไทย עברית العربية 𠮷野家",
    ]
    await keep(index, database, "my-site", "/odd", [Block(text, ("Odd",)) for text in texts])
    assert (await index.search("my-site", "עברית"))[0].url == "/odd"
    assert (await index.search("my-site", "0x1f"))[0].url == "/odd"


async def test_embeddings_live_with_their_passages(index: SiteIndex, database: Database) -> None:
    waiting = await database.read(lambda: store.without_vector("my-site", "m", 2, 100))
    vector = array("f", [1.0, 0.0]).tobytes()
    await database.write(lambda: store.keep_vectors("m", [(id, vector) for id, _ in waiting] + [(10**9, vector)]))
    assert await database.read(lambda: store.without_vector("my-site", "m", 2, 100)) == []
    assert len(await database.read(lambda: store.without_vector("my-site", "another", 2, 100))) == len(waiting)
    assert len(await database.read(lambda: store.without_vector("my-site", "m", 3, 100))) == len(waiting)
    kept = await database.read(lambda: store.vectors_of_site("my-site", "m", "/bakery", 100))
    assert len(kept) == len(waiting) - 2
    assert kept[0][1] == vector
    await database.write(lambda: index.forget("my-site", "/ferry"))
    assert len(await database.read(lambda: store.vectors_of_site("my-site", "m", "", 100))) == len(waiting) - 2


def test_rankings_are_fused() -> None:
    assert fused([1, 2, 3], [3, 1]) == [1, 3, 2]
    assert fused([], [5]) == [5]
