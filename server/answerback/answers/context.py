"""Gathers a provider's input for a question: the page's relevant passages, the thread, the prompt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from ..clock import Clock
from ..comments import store as threads
from ..core.answering import AnswerRequest, Asker, Passage, Source
from ..core.grounding import citations, passages, prompt, ranking
from ..core.grounding.judging import ANSWERED, may_judge
from ..core.grounding.quoting import best_quotes
from ..core.grounding.review import Review, review
from ..core.grounding.situation import context_of
from ..core.languages import language_of, own_words, spoken
from ..db.database import Database
from ..db.work import Work
from ..knowledge.index.embedders import Vector
from ..knowledge.index.search import SiteIndex
from ..knowledge.page_reader import PageReader
from ..knowledge.store import PageText
from ..priority import in_background
from ..sites.settings import Site
from . import chat_store, quota, store
from .reuse.lookup import owners_answers
from .token_budget import TokenBudget

TURNS = 6
OWNERS_ANSWERS, OWNERS_LIMIT = 2, 1_000
PAGES_KEPT = 32
"""Pages that were asked about last, and whose passages are remembered."""


@dataclass(frozen=True, slots=True)
class AnswerContext:
    """A provider's request, with what is needed to review the answer."""

    request: AnswerRequest
    prompt_version: str
    certainty: float
    """How likely the passages answer (core/grounding/judging.py)."""
    silent: bool
    """Whether they do not, as far as words can tell: then no provider is called."""

    def review(self, text: str, finished: str, given: Sequence[Source] | None = None) -> Review:
        """Reviews an answer against the passages; `given`: the quotes of a provider that only quotes."""
        request = self.request
        if given is not None:
            held = citations.holding(given, request.passages)
            return Review(text, held, bool(held), "" if held else "refused", supported_sentences=len(held))
        rules = "\n".join(message.content for message in request.messages if message.role == "system")
        asked = request.messages[-1].content.rpartition("</question>")[2] if request.messages else ""
        return review(text, request.question, request.passages, rules=f"{rules}\n{asked}", finished=finished)


@dataclass(frozen=True, slots=True)
class Found:
    """Passages for a question, the positions of the most relevant, and the probability that they answer."""

    passages: tuple[Passage, ...]
    nearest: tuple[int, ...]
    certainty: float


@dataclass(frozen=True, slots=True)
class Asking:
    """A question, its conversation, the owner's answers to similar questions, and the asker."""

    question: str
    id: str
    turns: tuple[prompt.Turn, ...] = ()
    owners: tuple[Passage, ...] = ()
    asker: Asker = field(default_factory=Asker)


class ContextBuilder:
    """Gathers what an answer needs before the provider is called."""

    def __init__(
        self, db: Database, clock: Clock, pages: PageReader, index: SiteIndex, model: str, tokens: TokenBudget
    ) -> None:
        self.tokens = tokens
        self._model = model
        self._db = db
        self._clock = clock
        self._pages = pages
        self._index = index

    async def gather(
        self, site: Site, job: store.QueuedAnswer, passage_tokens: int, answer_tokens: int
    ) -> AnswerContext:
        """The request for an answer: from the page first, then from the site; without passages if there are none."""
        question, turns, owners = await self._db.read(lambda: self._asked(site, job))
        page = None
        if job.url:
            page = await self._pages.read(site, job.url, lambda: self._may_fetch(site, job), hint=job.hint)
        asker = Asker(job.address_key or job.visitor_id, job.page, site.key)
        return await self.compose(
            site, Asking(question, job.id, turns, owners, asker), page, passage_tokens, answer_tokens
        )

    async def compose(
        self, site: Site, asked: Asking, page: PageText | None, passage_tokens: int, answer_tokens: int
    ) -> AnswerContext:
        """The request for a question on a page that has been read; fetches and stores nothing."""
        question, turns, owners = asked.question, asked.turns, asked.owners
        now = datetime.fromtimestamp(self._clock.now() / 1000, ZoneInfo(site.timezone))
        context = context_of(question, [turn.text for turn in turns if turn.role == "visitor"], now)
        meaning = await self._index.meaning_of(question, context)
        home = page.url if page is not None else ""
        others = await self._index.search(site.key, question, besides=home, context=context, meaning=meaning)
        near = None if page is None or meaning is None else await self._compared(site, page, meaning)
        by_owners = sum(ranking.estimate_tokens(passage.text) for passage in owners)

        def choose() -> Found:
            found = (
                near if near is not None else () if page is None else _passages_of(page.blocks, page.url, page.title)
            )
            left = self.tokens.passages(site.model or self._model, passage_tokens, found or others) - by_owners
            chosen = ranking.choose(question, found, left, others=others, context=context)
            quotes = best_quotes(question, chosen, prompt.NEAREST, home=home, context=context)
            nearest = [quote.passage for quote in quotes.quotes]
            return Found(*ranking.arrange(chosen, nearest, found), quotes.certainty)

        found = await in_background(choose)  # takes 0.1 s for a long page
        chosen = (*owners, *found.passages)
        messages = prompt.build(
            question=question, passages=chosen, turns=turns, site_name=site.name or site.key,
            page_title=page.title if page else "", instructions=site.instructions, now=now,
            lang=language_of(own_words(question)), nearest=[len(owners) + place for place in found.nearest],
        )  # fmt: skip
        request = AnswerRequest(
            messages=messages, question=question, passages=chosen, lang=spoken(own_words(question)),
            model=site.model or None, max_tokens=answer_tokens, answer_id=asked.id, asker=asked.asker, context=context,
        )  # fmt: skip
        by_owner = owners or any(turn.role == "owner" for turn in turns)
        judged = not by_owner and may_judge(question, found.passages)
        silent = site.unlikely == "refuse" and judged and found.certainty < ANSWERED
        return AnswerContext(request, prompt.VERSION, found.certainty, silent)

    async def _compared(self, site: Site, page: PageText, meaning: Vector) -> Sequence[Passage]:
        """The page's passages with their similarity to the question."""
        found = await in_background(lambda: _passages_of(page.blocks, page.url, page.title))
        return await self._index.compared(site.key, found, meaning)

    async def _may_fetch(self, site: Site, job: store.QueuedAnswer) -> bool:
        """Whether a page may be fetched for this question; renewals count for no visitor."""
        now = self._clock.now()
        return job.outdated or await self._db.write(lambda: quota.may_read(site, job.visitor_id, job.address_key, now))

    def _asked(
        self, site: Site, job: store.QueuedAnswer
    ) -> Work[tuple[str, tuple[prompt.Turn, ...], tuple[Passage, ...]]]:
        """The question, its conversation, and the owner's answers to similar questions."""
        question, turns = yield from _in_chat(job) if job.kind == "chat" else _in_thread(job)
        answers = yield from owners_answers(site.key, question, OWNERS_ANSWERS)
        return question, turns, tuple(
            Passage(
                answer.body[:OWNERS_LIMIT], answer.question[:OWNERS_LIMIT], f"{answer.url}#answerback-{answer.id}",
                answer.title, by_owner=True,
            )
            for answer in answers
        )  # fmt: skip


@lru_cache(maxsize=PAGES_KEPT)
def _passages_of(blocks: tuple[passages.Block, ...], url: str, title: str) -> tuple[Passage, ...]:
    return tuple(passages.split(passages.own_words(blocks), url=url, title=title))


def asked_for(job: store.QueuedAnswer) -> Work[tuple[bool, str | None]]:
    """The question of an answer that is still wanted; None if a person has replied meanwhile."""
    wanted = yield from store.is_wanted(job.id)
    if not job.on_request and (yield from store.answered_by_somebody(job.site, job.question_id, job.visitor_id)):
        return wanted, None
    return wanted, (yield from question_of(job))


def question_of(job: store.QueuedAnswer) -> Work[str]:
    """The text of a question, in the ask box or in a thread."""
    if job.kind == "chat":
        return (yield from chat_store.question_by_id(job.site, job.question_id)) or ""
    comment = yield from threads.comment_by_id(job.site, job.question_id)
    return "" if comment is None else comment.body


def _in_chat(job: store.QueuedAnswer) -> Work[tuple[str, tuple[prompt.Turn, ...]]]:
    text = yield from chat_store.question_by_id(job.site, job.question_id)
    turns: list[prompt.Turn] = []
    for row, answer in (yield from chat_store.conversation(job.site, job.page, job.visitor_id, TURNS)):
        if answer.id != job.id and answer.body and answer.state in ("done", "stopped"):
            turns += [prompt.Turn("visitor", row["q_body"]), prompt.Turn("ai", answer.body)]
    return text or "", tuple(turns)


def _in_thread(job: store.QueuedAnswer) -> Work[tuple[str, tuple[prompt.Turn, ...]]]:
    comment = yield from threads.comment_by_id(job.site, job.question_id)
    if comment is None:
        return "", ()
    path = yield from threads.path_to(job.site, comment)
    turns, edited_at = [], 0
    for above in path[:-1]:
        # The owner replied to an earlier version of the comment above: not vouched for after an edit.
        role = _role(above.author_kind) if edited_at <= above.created_at else _role("user")
        edited_at = max(edited_at, above.edited_at or 0)
        if above.body:
            turns.append(prompt.Turn(role, above.body))
    return comment.body, tuple(turns)


def _role(author_kind: str) -> prompt.Role:
    if author_kind == "ai":
        return "ai"
    return "owner" if author_kind == "owner" else "visitor"
