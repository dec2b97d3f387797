"""One answer being written, and how it ends."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import Literal

from ..core.answer_html import render_answer
from ..core.answering import Source, Usage
from ..core.grounding.review import Review
from ..core.invisible import strip_hidden
from ..core.markdown import render
from ..core.times import next_midnight
from ..i18n.catalogue import texts
from ..sites.settings import Site
from . import quota, store
from .context import AnswerContext
from .gaps import hash_of
from .providers import Answerer, ProviderError
from .providers.quote import QuoteAnswerer
from .streaming import AnswerStream

RETRY_AFTER_MS = (30_000, 120_000, 600_000, 1_800_000, 7_200_000)
"""When an answer that never began is tried again; after the last one it has failed for good."""
PAID_CALLS = 3
"""How often a model is called for one answer that it has read the question of."""
KEY_MS = 24 * 3_600_000
"""When an answer is tried again for which our key was not accepted."""
ANSWERED = "answered"
"""The provider's name where an answer of before is given again."""
QUESTION_EDITED = "question_edited"
FINAL = frozenset({"ai_off", "budget_exhausted", QUESTION_EDITED})
"""Failures after which nobody is told to ask again."""


@dataclass(slots=True)
class Reply:
    """The provider's output so far."""

    called: bool = False
    """Whether it has been asked at all."""
    model: str = ""
    usage: Usage = field(default_factory=lambda: Usage(0, 0, None))
    sources: tuple[Source, ...] | None = None
    """The quotes of a provider that says nothing else."""
    finished: str = ""
    first_token_at: int | None = None
    unsaid: str = ""
    """What moderation, or the page's silence, has not let through to readers."""


@dataclass(slots=True)
class Run:
    """One answer being written."""

    job: store.QueuedAnswer
    live: AnswerStream
    task: asyncio.Task[None] | None = None
    over: bool = False
    """Whether all has come, and is being written down."""
    look: asyncio.Task[None] | None = None
    """Looks whether it is still wanted."""
    stop: Literal["", "asked", "off"] = ""
    """Why it was stopped: somebody asked for it, or nobody is answered any more."""
    by: Literal["provider", "record", "person", "page", "nobody"] = "provider"
    """Who answers: an answer of before may be given again, a person may have been quicker, a page may have nothing to
    say, and to a greeting there is nothing to answer."""
    context: AnswerContext | None = None
    reply: Reply = field(default_factory=Reply)
    verdicts: dict[str, str] = field(default_factory=dict)
    """What moderation says of the question and of the answer."""

    silenced: bool = False
    """Whether readers do not get what has come, since the page says nothing of it."""

    @property
    def blocked(self) -> bool:
        """Whether moderation blocked it."""
        return "blocked" in self.verdicts.values()

    def waits(self, outcome: store.Outcome) -> bool:
        """Whether the owner reads it first, now or after a retry; a failure without text is shown to the asker at
        once."""
        return self.job.draft and (
            outcome.retry_at is not None or (outcome.state != "withheld" and bool(self.live.text))
        )

    def outcome(self, error: ProviderError | None, site: Site, answerer: Answerer, now: int) -> store.Outcome:
        """The outcome to store."""
        state, code, retry_at = self._ending(error, now)
        reply, again = self.reply, self.by == "record"
        told = strip_hidden(self.live.text + (reply.unsaid if self.blocked or self.silenced else ""))
        review = self._review(told)
        provider = ANSWERED if again else QuoteAnswerer.name if self.by in ("page", "nobody") else answerer.name
        if state == "done" and self.context is not None and review.unusable:
            if site.unsupported == "withhold":
                state = "withheld"
            elif site.unsupported == "quote" or not review.text:
                review, provider = self._in_quotes(self.context, review), QuoteAnswerer.name
        text = review.text
        if state == "failed" and not text:
            text = failure_text(code or "unavailable", retry_at is not None, site.lang)
        if state == "withheld" and self.job.kind == "chat":
            text = ""  # no owner reviews private answers, so withheld text is dropped
        keeps = state in ("done", "stopped")
        cost = reply.usage.cost_usd
        checked = keeps and self.context is not None and provider != QuoteAnswerer.name
        return store.Outcome(
            state=state, body=text, html=self._html(text, review if checked else None),
            sources=review.sources if keeps else (),
            provider=provider, model=reply.model or answerer.model,
            prompt_version=self.context.prompt_version if self.context else "",
            tokens_in=reply.usage.tokens_in, tokens_out=reply.usage.tokens_out,
            cost_microusd=None if cost is None else round(cost * 1_000_000), error=code, retry_at=retry_at,
            first_token_at=reply.first_token_at,
            supported=review.supported if (state == "done" and self.by != "nobody") or self.silenced else None,
            certainty=None if self.context is None else self.context.certainty,
            support_reason=review.reason if keeps or self.silenced else "",
            passages=self._passages(), verdicts=dict(self.verdicts), tried=error is None or not error.refused,
        )  # fmt: skip

    def _review(self, text: str) -> Review:
        """Reviews the text against the passages; reused answers have been reviewed."""
        if self.by == "record" or self.context is None or not text:
            return Review(text, (), self.by == "record", "")
        return self.context.review(text, self.reply.finished, self.reply.sources)

    def is_silenced(self, text: str, site: Site) -> bool:
        """Whether the answer is withheld because the site supports none of it."""
        return site.unsupported == "withhold" and self._review(text).unusable

    def _in_quotes(self, context: AnswerContext, review: Review) -> Review:
        """The page's own quotes, in place of an unsupported answer."""
        text, sources = QuoteAnswerer().compose(context.request)
        return replace(review, text=text, sources=sources, unsupported=())

    def _html(self, text: str, review: Review | None) -> str:
        if not text or review is None:
            return render(text) if text else ""
        lang = self.context.request.lang if self.context is not None else ""
        return render_answer(text, review.unsupported, texts(lang, "answers")["not_found"])

    def lose_words(self) -> None:
        """Drops the text but keeps the cost."""
        reply = self.reply
        self.live = AnswerStream(self.live.bus, self.live.channel, self.live.id)
        self.reply = Reply(reply.called, reply.model, reply.usage, first_token_at=reply.first_token_at)
        self.context, self.verdicts, self.stop, self.silenced = None, {}, "", False

    def kept(self, outcome: store.Outcome, site: Site, now: int) -> store.Outcome:
        """The outcome to store. A failed renewal keeps the earlier text, still marked, and is retried: as a failed
        answer would be, else another day, unless someone stopped it."""
        job = self.job
        if not job.outdated or (outcome.state == "done" and outcome.sources):
            return outcome
        renew_at = outcome.retry_at
        if renew_at is None and self.stop != "asked" and job.attempts <= len(RETRY_AFTER_MS):
            renew_at = next_midnight(now, site.timezone)
        return replace(
            outcome, state="done", body=job.body, html=job.html, sources=job.sources, provider=job.provider,
            model=job.model, error=None, retry_at=None, supported=True, support_reason="", outdated=True,
            renew_at=renew_at,
        )  # fmt: skip

    def _ending(self, error: ProviderError | None, now: int) -> tuple[str, str | None, int | None]:
        """State, error, and time of the next try."""
        if self.blocked or self.silenced or self.reply.finished == "content_filter":
            return "withheld", None, None
        if self.stop:
            return ("failed", "ai_off", None) if self.stop == "off" and not self.live.text else ("stopped", None, None)
        if error is None:
            return "done", None, None
        return "failed", error.code, self._retry_at(error, now)

    def _retry_at(self, error: ProviderError, now: int) -> int | None:
        if not error.retryable or error.started:
            return None
        if error.refused:
            return now + max(RETRY_AFTER_MS[0], int(1000 * (error.retry_after or 0)))
        if error.code == "auth":  # a restarted server, maybe with another key, tries at once
            return now + KEY_MS if self.job.attempts <= len(RETRY_AFTER_MS) else None
        most = len(RETRY_AFTER_MS) if error.outage else PAID_CALLS - 1
        if self.job.attempts > most:
            return None
        return now + max(RETRY_AFTER_MS[self.job.attempts - 1], int(1000 * (error.retry_after or 0)))

    def bill(self, outcome: store.Outcome, error: ProviderError | None) -> quota.Charge:
        """The charge. Only an outage of the provider is free for the visitor; stopped and blocked answers count."""
        unheard = outcome.state == "stopped" and self.reply.called and not self.reply.usage.tokens_in
        lost = unheard or self.job.lost_leases >= store.LOST_LEASES
        if outcome.state == "failed":
            read = error is not None and not error.outage and self.reply.usage.tokens_in > 0
            given = outcome.retry_at is None and (lost or read)
        else:
            given = self.by != "nobody" and (outcome.state != "done" or self.reply.called or bool(outcome.body))
        return quota.Charge(
            outcome.tokens_in + outcome.tokens_out, outcome.cost_microusd or 0, given,
            again=outcome.retry_at is not None and not self.job.outdated, lost=lost,
        )  # fmt: skip

    def _passages(self) -> list[dict[str, str]]:
        """The passages used: each one's page and a hash of its text."""
        if self.context is None:
            return []
        return [{"url": passage.url, "hash": hash_of(passage.text)} for passage in self.context.request.passages]


def failure_text(code: str, again: bool, lang: str) -> str:
    """The text of an answer that never started."""
    t = texts(lang, "answers")
    failed = t[f"failures.{code}"]
    return failed if code in FINAL else f"{failed} {t['retried' if again else 'ask_later']}"
