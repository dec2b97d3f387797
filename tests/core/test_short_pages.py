"""Notices of a few lines, asked in other words than theirs: Korean, Japanese and Chinese ones too."""

from __future__ import annotations

import pytest
from answerback.core.answering import Passage
from answerback.core.grounding.answer_kinds import Asked
from answerback.core.grounding.judging import ANSWERED
from answerback.core.grounding.quoting import best_quotes
from answerback.core.grounding.terms import wanted_terms

from tests.bench.grounding.measuring import measure
from tests.bench.grounding.sets import OWN, read


@pytest.mark.anyio
@pytest.mark.parametrize(("lang", "answered", "refused"), [("ko", 0.7, 0.75), ("ja", 0.8, 0.75), ("zh", 0.75, 0.65)])
async def test_short_pages_answer_only_what_they_say(lang: str, answered: float, refused: float) -> None:
    figures = await measure(read(OWN / f"short-{lang}")[0])
    assert figures.three >= answered * figures.answerable
    assert figures.refused_rightly >= refused * figures.unanswerable


@pytest.mark.parametrize(
    ("page", "asked", "unasked"),
    [
        ("물 온도는 28도로 유지합니다.", "물이 차가운가요?", "수영복은 어디서 사요?"),
        ("定休日は火曜日です。", "何曜日が休みですか？", "席はありますか？"),
        ("成人票价四十元，学生半价。", "门票多少钱？", "有早餐吗？"),
    ],
)
def test_words_with_a_common_part_match(page: str, asked: str, unasked: str) -> None:
    passages = [Passage(page, "", "https://a.example/", "")]
    assert best_quotes(asked, passages, 1).certainty >= ANSWERED
    assert best_quotes(unasked, passages, 1).certainty < ANSWERED


def test_question_words_weigh_little() -> None:
    japanese = wanted_terms("部屋はいくつありますか？").weights
    assert japanese == {"部屋": 1.0}
    chinese = wanted_terms("博物馆是什么时候建的？").weights
    assert chinese["博物"] == 1.0 and chinese["什么"] < 0.2
    assert "馆" not in chinese, "an index has no characters by themselves"
    assert wanted_terms("博物馆是什么时候建的？", alone=True).weights["馆"] == 0.5


@pytest.mark.parametrize(
    ("question", "text", "other"),
    [
        ("何時に開きますか？", "朝七時に開きます。", "二時間かかります。"),
        ("いくらですか？", "一斤四百五十円です。", "四百五十人です。"),
        ("どのくらいかかりますか？", "約五十分です。", "五十人です。"),
        ("门票多少钱？", "成人四十元。", "馆长是陈文华。"),
        ("几点开门？", "上午九点开放。", "收藏三千件。"),
        ("为什么停水？", "因更换管道。", "三号楼停水。"),
    ],
)
def test_categories_are_known(question: str, text: str, other: str) -> None:
    asked = Asked(question)
    assert asked.share(text) > asked.share(other)
