"""Data types of an answer's input and a provider's output."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Source:
    """Words of a page that support an answer, verbatim, and where they stand."""

    quote: str
    url: str
    title: str

    def public(self) -> dict[str, Any]:
        """The form that the API returns and the database stores."""
        return {"quote": self.quote, "url": self.url, "title": self.title}


@dataclass(frozen=True, slots=True)
class Passage:
    """A few sentences of a page under their headings; what is ranked, put into prompts and quoted."""

    text: str
    heading: str
    url: str
    title: str
    by_owner: bool = False
    """Whether the site's owner has said it in a thread: that outranks the page."""
    likeness: float | None = None
    """How near it is to the question in meaning, about 1 where it answers and -1 where it is about something else; None
    where no model has told."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a prompt."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, on which page and site. Used for counting only, never sent."""

    visitor: str = ""
    page: str = ""
    site: str = ""


@dataclass(frozen=True, slots=True)
class AnswerRequest:
    """The input of a provider. `question` and `passages` are also part of the messages."""

    messages: tuple[Message, ...]
    question: str
    passages: tuple[Passage, ...]
    lang: str
    model: str | None
    max_tokens: int
    answer_id: str
    asker: Asker = Asker()
    context: str = ""
    """Words to look for beside the question's own (grounding/situation.py)."""


@dataclass(frozen=True, slots=True)
class Writing:
    """Names the model that writes, sent before its text by a provider that has several."""

    model: str


@dataclass(frozen=True, slots=True)
class TextDelta:
    """The next piece of the answer's text (markdown)."""

    text: str


@dataclass(frozen=True, slots=True)
class Usage:
    """The cost of the call so far, in US dollars, or None if the price is unknown. A later one replaces an earlier one.
    `estimated`: counted by us because the provider has not (yet)."""

    tokens_in: int
    tokens_out: int
    cost_usd: float | None
    estimated: bool = False

    def with_more(self, other: Usage) -> Usage:
        """The sum of two calls; if only one price is known, that one."""
        costs = [usage.cost_usd for usage in (self, other) if usage.cost_usd is not None]
        return Usage(
            self.tokens_in + other.tokens_in, self.tokens_out + other.tokens_out, sum(costs) if costs else None,
            estimated=self.estimated or other.estimated,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Quotes:
    """Sources chosen by the provider itself, for providers that quote."""

    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Finished:
    """The stream ended properly: `stop`, `length` or `content_filter`."""

    reason: str


AnswerEvent = Writing | TextDelta | Usage | Quotes | Finished
