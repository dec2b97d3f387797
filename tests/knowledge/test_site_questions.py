"""Sites like real ones, asked as visitors ask: the half that no weight was chosen on."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.bench.grounding.site_figures import measure_sites
from tests.bench.grounding.sites import TUNING, read_sites


@pytest.mark.anyio
async def test_quotes_answer_what_visitors_ask() -> None:
    figures = await measure_sites(site for site in read_sites() if site.name not in TUNING)
    own, elsewhere, nowhere = (figures.places[place] for place in ("own", "elsewhere", "nowhere"))
    assert own.budget == own.asked and elsewhere.budget >= 0.95 * elsewhere.asked
    assert own.first >= 0.78 * own.asked and own.three >= 0.84 * own.asked
    assert elsewhere.first >= 0.55 * elsewhere.asked and elsewhere.three >= 0.65 * elsewhere.asked
    assert nowhere.silent >= 0.4 * nowhere.asked
    assert own.silent <= 0.08 * own.asked
    plain = figures.plain["own"]
    assert own.first > 1.4 * plain.first, "beside plain BM25"


def test_questions_are_of_all_kinds_and_places() -> None:
    sites = read_sites()
    questions = [question for site in sites for question in site.questions]
    assert len(sites) == 12 and len(questions) >= 300
    assert {site.name for site in sites} > TUNING and len(TUNING) == 6
    places = Counter(question.place for question in questions)
    assert min(places.values()) >= len(questions) / 5
    kinds = Counter(question.kind for question in questions)
    assert set(kinds) >= {
        "howto", "number", "table", "code", "comparison", "negation", "yes-no", "misspelt", "follow-up",
        "other-language",
    }  # fmt: skip
    assert all(question.page in site.pages for site in sites for question in site.questions)
