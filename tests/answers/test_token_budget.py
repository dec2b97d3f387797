"""Prompts are counted in the tokens of the model that reads them."""

from __future__ import annotations

import pytest
from answerback.answers.token_budget import PASSAGES_HERE, TokenBudget
from answerback.core.answering import Message, Passage
from answerback.core.grounding.tokens import LEAST, MOST, Measure, estimate_tokens

ENGLISH = "The library opens at nine o'clock, and closes at six in the evening. " * 20
KOREAN = "도서관은 아홉 시에 문을 열고 저녁 여섯 시에 닫습니다. " * 20


def spent(text: str, narrow: float, wide: float) -> int:
    """What a model counts that makes so many tokens of four letters, and of a syllable."""
    syllables = sum(character >= "가" for character in text)
    return round((len(text) - syllables) / 4 * narrow + syllables * wide)


def test_measure_starts_with_our_estimate() -> None:
    for text in (ENGLISH, KOREAN):
        assert Measure().of([text]) == pytest.approx(estimate_tokens(text), abs=1)
        assert Measure().ratio([text]) == 1.0


def test_syllables_and_letters_are_learned_apart() -> None:
    measure = Measure()
    for _ in range(12):
        for text in (ENGLISH, KOREAN):
            measure = measure.learned([text], spent(text, 0.9, 2.7))
    assert measure.narrow == pytest.approx(0.9, abs=0.05)
    assert measure.wide == pytest.approx(2.7, abs=0.1)
    assert measure.ratio([KOREAN]) > 2 > 1 > measure.ratio([ENGLISH])


@pytest.mark.parametrize(("counted", "bound"), [(1, LEAST), (10**9, MOST)])
def test_absurd_counts_are_bounded(counted: int, bound: float) -> None:
    measure = Measure()
    for _ in range(20):
        measure = measure.learned([KOREAN], counted)
    assert measure.wide == bound


def test_nothing_is_learned_from_nothing() -> None:
    assert Measure().learned([""], 50) == Measure().learned([ENGLISH], 0) == Measure()
    assert Measure().ratio([]) == 1.0


def test_passages_shrink_for_a_model_of_many_tokens() -> None:
    budget, page = TokenBudget(), [Passage(KOREAN, "", "/", "")]
    assert budget.passages("small", 1_500, page) == 1_500
    for _ in range(8):
        budget.learn("small", [Message("user", KOREAN)], spent(KOREAN, 1, 2.7))
    assert budget.passages("small", 1_500, page) < 750
    assert budget.passages("other", 1_500, page) == 1_500
    assert budget.asked("small", [Message("user", KOREAN)]) > 2 * budget.asked("other", [Message("user", KOREAN)])


def test_model_in_house_reads_less() -> None:
    budget = TokenBudget(here=True)
    assert budget.passages("qwen", 1_500, []) == PASSAGES_HERE
    assert budget.passages("qwen", 500, []) == 500
