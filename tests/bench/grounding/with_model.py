"""Answers of a real model to questions of the sites, held to what the product holds them to.

    python -m tests.bench.grounding.with_model --url http://127.0.0.1:8080/v1 --model NAME --questions 50

An answer is right when its words, or the words of the page that it is found to rest on, have what was asked for. A
refusal says that the page does not say; `not called` are questions that words alone refuse.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from answerback.answers.providers.calling import ModelAnswerer
from answerback.answers.providers.openai import COMPATIBLE
from answerback.core.answering import AnswerRequest, Finished, Passage, TextDelta, Usage
from answerback.core.grounding import prompt, ranking
from answerback.core.grounding.judging import ANSWERED, may_judge
from answerback.core.grounding.quoting import best_quotes
from answerback.core.grounding.review import Review, review
from answerback.core.grounding.situation import context_of
from answerback.core.languages import language_of

from .measuring import SITE, site_index
from .site_figures import NOW, holds_any
from .sites import SITES, TUNING, Site, SiteQuestion, read_sites

ANSWER_TOKENS = 250


@dataclass(slots=True)
class ModelFigures:
    """Counts of questions by what became of them; of those called, tokens and seconds."""

    counts: Counter[str] = field(default_factory=Counter)
    held: int = 0
    """How often the passages held the answer."""
    tokens: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)


def asked(sites: Sequence[Site], most: int) -> list[tuple[Site, SiteQuestion]]:
    """So many questions, evenly spread over the sites that report and the kinds of questions."""
    every = [(site, question) for site in sites if site.name not in TUNING for question in site.questions]
    every.sort(key=lambda item: (item[1].place, item[1].kind))
    return every[:: max(1, len(every) // most)][:most]


async def measure_model(answerer: ModelAnswerer, sites: Sequence[Site], most: int, budget: int) -> ModelFigures:
    """Ask, and count."""
    figures = ModelFigures()
    for site, question in asked(sites, most):
        async with site_index(list(site.pages.values())) as index:
            page = site.pages[question.page]
            context = context_of(question.text, [question.before] if question.before else [], NOW)
            others = await index.search(SITE, question.text, besides=page[0].url, context=context)
        chosen = ranking.choose(question.text, page, budget, others=others, context=context)
        best = best_quotes(question.text, chosen, prompt.NEAREST, home=page[0].url, context=context)
        listed, nearest = ranking.arrange(chosen, [quote.passage for quote in best.quotes], page)
        figures.held += any(holds_any(passage.text, question) for passage in listed)
        if best.certainty < ANSWERED and may_judge(question.text, listed):
            _count(figures, question, "not called")
            continue
        request = _request(question, listed, nearest, context, site.name)
        begun = time.monotonic()
        text, reason = await _answer(answerer, request, figures)
        figures.seconds.append(time.monotonic() - begun)
        checked = review(text, question.text, listed, rules=request.messages[0].content, finished=reason)
        _count(figures, question, _kind(checked, question))
        print(f"[{question.place} {question.kind}] {question.before} {question.text}\n  {_kind(checked, question)}: "
              f"{text!r} ({checked.reason})", file=sys.stderr, flush=True)  # fmt: skip
    return figures


def _request(
    question: SiteQuestion, listed: tuple[Passage, ...], nearest: tuple[int, ...], context: str, site: str
) -> AnswerRequest:
    turns = [prompt.Turn("visitor", question.before)] if question.before else []
    lang = language_of(question.text)
    messages = prompt.build(
        question=question.text, passages=listed, turns=turns, site_name=site, page_title=listed[0].title,
        instructions="", now=NOW, lang=lang, nearest=nearest,
    )  # fmt: skip
    return AnswerRequest(messages, question.text, listed, lang, None, ANSWER_TOKENS, "bench", context=context)


async def _answer(answerer: ModelAnswerer, request: AnswerRequest, figures: ModelFigures) -> tuple[str, str]:
    text, reason, usage = "", "", Usage(0, 0, None)
    async for event in answerer.stream(request):
        if isinstance(event, TextDelta):
            text += event.text
        elif isinstance(event, Usage):
            usage = event
        elif isinstance(event, Finished):
            reason = event.reason
    figures.tokens.append(usage.tokens_in)
    return text, reason


def _kind(checked: Review, question: SiteQuestion) -> str:
    if checked.reason == "refused":
        return "refused"
    said = [checked.text, *(source.quote for source in checked.sources)]
    right = question.place != "nowhere" and any(holds_any(text, question) for text in said)
    return f"{'right' if right else 'wrong'}, {'supported' if checked.supported else 'marked'}"


def _count(figures: ModelFigures, question: SiteQuestion, kind: str) -> None:
    figures.counts[f"{'silent' if question.place == 'nowhere' else 'answered'} site: {kind}"] += 1


async def _main(options: argparse.Namespace) -> None:
    answerer = ModelAnswerer(
        COMPATIBLE, api_key=options.key, base_url=options.url, model=options.model,
        first_token=600.0, gap=120.0, total=900.0,
    )  # fmt: skip
    try:
        figures = await measure_model(answerer, read_sites(options.sites), options.questions, options.tokens)
    finally:
        await answerer.close()
    print("| what | questions |\n|---|---|")
    for name, count in sorted(figures.counts.items()):
        print(f"| {name} | {count} |")
    called = len(figures.seconds) or 1
    print(f"| the passages held the answer | {figures.held} |")
    print(f"\n{sum(figures.tokens) / called:.0f} tokens of prompt, {sum(figures.seconds) / called:.1f} s an answer.")


def main() -> int:
    """Measure and print; each answer on standard error."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.grounding.with_model", description=__doc__)
    parser.add_argument("--url", required=True, help="base URL of an OpenAI-compatible server")
    parser.add_argument("--model", required=True)
    parser.add_argument("--key", default="")
    parser.add_argument("--questions", type=int, default=50)
    parser.add_argument("--tokens", type=int, default=1_500, help="budget of passages")
    parser.add_argument("--sites", type=Path, default=SITES)
    asyncio.run(_main(parser.parse_args()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
