"""The built-in provider without a model: quotes the sentences that answer, or says that there are none."""

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
from ...core.grounding.judging import ANSWERED, SURE
from ...core.grounding.quoting import LOOKED_AT, Quote, as_many_as_help, best_quotes
from ...core.grounding.similarity import question_terms, sameness
from ...i18n.catalogue import texts

MOST_QUOTES = 3
SAME = 0.6
"""How alike a question must be to the one that the owner has answered, every word counting the same."""


class QuoteAnswerer:
    """Answers with the page's own sentences."""

    name = "quote"
    model = "quote"

    async def stream(self, request: AnswerRequest) -> AsyncIterator[AnswerEvent]:
        """A line of introduction and up to three verbatim quotes, best first; or that the page does not say."""
        text, sources = self.compose(request)
        yield TextDelta(text)
        yield Quotes(sources)
        yield Usage(0, 0, 0.0)
        yield Finished("stop")

    def compose(self, request: AnswerRequest) -> tuple[str, tuple[Source, ...]]:
        """The same as one text with its sources."""
        t = texts(request.lang, "answers")
        quotes, sure = self._quotes(request)
        pages = [
            passage.url for passage in request.passages if not passage.by_owner
        ]  # the page's own passages come first
        shown = {quote.passage.url for quote in quotes} or set(pages)
        place = "page" if shown <= set(pages[:1]) else "site"
        if not quotes:
            return t[f"{place}_silent"] if request.passages else t["unread"], ()
        parts = [t["owner_says" if quotes[0].passage.by_owner else f"{place}_says" if sure else "closest"]]
        parts += ["\n".join(f"> {_literal(line)}" for line in quote.text.splitlines()) for quote in quotes]
        return "\n\n".join(parts), tuple(Source(item.text, item.passage.url, item.passage.title) for item in quotes)

    def _quotes(self, request: AnswerRequest) -> tuple[list[Quote], bool]:
        """The quotes, and whether they likely answer."""
        said = _by_owner(request)
        if said:
            return said, True
        pages = [passage for passage in request.passages if not passage.by_owner]
        home = pages[0].url if pages else ""  # the page's own passages come first
        found = best_quotes(request.question, pages, LOOKED_AT, home=home, context=request.context)
        if found.certainty < ANSWERED or not found.quotes:
            return [], False
        return list(as_many_as_help(found.quotes, MOST_QUOTES)), found.certainty >= SURE

    async def close(self) -> None:
        """Does nothing."""


def _by_owner(request: AnswerRequest) -> list[Quote]:
    """The owner's answer to this question, perhaps in other words, which suffices alone."""
    wanted = question_terms(request.question)
    return [
        Quote(passage.text, passage, score=0.0)
        for passage in request.passages
        if passage.by_owner and sameness(wanted, question_terms(passage.heading), lambda term: 1.0) >= SAME
    ][:1]


def _literal(text: str) -> str:
    """Text escaped as Markdown."""
    return "".join("\\" + character if character in "\\`*_[]<>#!&~|" else character for character in text)
