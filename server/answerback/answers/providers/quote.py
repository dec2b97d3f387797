"""The embedded provider: no model; it quotes the sentences of the page that answer, and says so when there are none."""

from __future__ import annotations

from collections.abc import AsyncIterator

from ...core.answering import (
    AnswerEvent,
    AnswerRequest,
    Finished,
    Quotes,
    Source,
    TextDelta,
    Usage,
)
from ...core.grounding.quoting import Quote, best_quotes
from ...core.grounding.similarity import question_terms, sameness
from ...i18n.catalogue import texts

MOST_QUOTES = 3
ENOUGH = 0.0
"""The least support that the best quote must have; below it the page is taken not to say."""
SURE = 1.0
"""Below this support the quotes are called what is nearest, not what the page says."""
BEHIND, BEHIND_A_GOOD_ONE, GOOD = 8.0, 4.0, 0.9
"""How far another quote may be behind the best one, and behind one that holds about all of the question."""

SAME = 0.6
"""How alike a question must be to the one that the owner has answered, every word counting the same."""


class QuoteAnswerer:
    """Answers with the page's own sentences."""

    name = "quote"
    model = "quote"

    async def stream(self, request: AnswerRequest) -> AsyncIterator[AnswerEvent]:
        """A line of introduction and up to three quotes, best first, each verbatim; or that the page does not say."""
        t = texts(request.lang, "answers")
        quotes = self._quotes(request)
        pages = [passage.url for passage in request.passages if not passage.by_owner]  # the page's own come first
        shown = {quote.passage.url for quote in quotes} or set(pages)
        place = "page" if shown <= set(pages[:1]) else "site"
        if not quotes:
            yield TextDelta(t[f"{place}_silent"] if request.passages else t["unread"])
        else:
            sure = max(quote.support for quote in quotes) >= SURE
            yield TextDelta(t["owner_says" if quotes[0].passage.by_owner else f"{place}_says" if sure else "closest"])
            for quote in quotes:
                yield TextDelta("\n\n" + "\n".join(f"> {_literal(line)}" for line in quote.text.splitlines()))
        yield Quotes(tuple(Source(item.text, item.passage.url, item.passage.title) for item in quotes))
        yield Usage(0, 0, 0.0)
        yield Finished("stop")

    def _quotes(self, request: AnswerRequest) -> list[Quote]:
        said = _by_owner(request)
        if said:
            return said
        pages = [passage for passage in request.passages if not passage.by_owner]
        home = pages[0].url if pages else ""  # passages of the page come first
        found = best_quotes(request.question, pages, MOST_QUOTES, home=home)
        if not found or max(item.support for item in found) < ENOUGH:
            return []
        behind = BEHIND_A_GOOD_ONE if found[0].share >= GOOD else BEHIND
        return [item for item in found if item.score > found[0].score - behind]

    async def close(self) -> None:
        """Nothing is held."""


def _by_owner(request: AnswerRequest) -> list[Quote]:
    """What the owner has said to this very question, in other words maybe: then nothing else is needed."""
    wanted = question_terms(request.question)
    return [
        Quote(passage.text, passage, score=0.0, support=SURE, share=1.0)
        for passage in request.passages
        if passage.by_owner and sameness(wanted, question_terms(passage.heading), lambda term: 1.0) >= SAME
    ][:1]


def _literal(text: str) -> str:
    """A page's words as markdown that shows just them."""
    return "".join("\\" + character if character in "\\`*_[]<>#!&~|" else character for character in text)
