"""The embedded provider: no model; it quotes the sentences of the page that answer, and says so when there are none."""

from __future__ import annotations

from collections.abc import AsyncIterator

from ...core.answering import AnswerEvent, AnswerRequest, Finished, Quotes, Source, TextDelta, Usage
from ...core.ranking import Scored, best_quotes

MOST_QUOTES = 3
ENOUGH = 0.42
"""The least share of the question's weight that a quote must hold; below it the page is taken not to say."""

_WORDS = {
    "en": (
        "The page says:",
        "This page does not say.",
        "The text of this page could not be read, so there is no answer from it.",
    ),
    "ko": (
        "이 페이지에는 이렇게 나와 있어요:",
        "이 페이지에는 그 내용이 나와 있지 않아요.",
        "이 페이지의 글을 읽지 못해 답변을 드릴 수 없어요.",
    ),
}


class QuoteAnswerer:
    """Answers with the page's own sentences."""

    name = "quote"
    model = "quote"

    async def stream(self, request: AnswerRequest) -> AsyncIterator[AnswerEvent]:
        """A line of introduction and up to three quotes, best first, each verbatim; or that the page does not say."""
        opening, silent, unread = _WORDS.get(request.lang, _WORDS["en"])
        quotes = self._quotes(request)
        if not quotes:
            yield TextDelta(silent if request.passages else unread)
        else:
            yield TextDelta(opening)
            for quote in quotes:
                yield TextDelta("\n\n" + "\n".join(f"> {_literal(line)}" for line in quote.quote.splitlines()))
        yield Quotes(tuple(Source(item.quote, item.passage.url, item.passage.title) for item in quotes))
        yield Usage(0, 0, 0.0)
        yield Finished("stop")

    def _quotes(self, request: AnswerRequest) -> list[Scored]:
        found = best_quotes(request.question, request.passages, MOST_QUOTES)
        if not found or max(item.share for item in found) < ENOUGH:
            return []
        best = found[0].score
        return [found[0], *(item for item in found[1:] if item.score > 0.55 * best and item.share >= ENOUGH / 2)]

    async def close(self) -> None:
        """Nothing is held."""


def _literal(text: str) -> str:
    """A page's words as markdown that shows just them."""
    return "".join("\\" + character if character in "\\`*_[]<>#!&~|" else character for character in text)
