"""The domain's data types."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from .answering import Source
from .provenance import digital_source_type
from .times import iso

AuthorKind = Literal["guest", "user", "owner", "ai"]
CommentState = Literal["published", "pending", "hidden", "deleted"]
AnswerState = Literal["queued", "streaming", "done", "stopped", "failed", "withheld"]

SETTLED: frozenset[str] = frozenset({"done", "stopped", "failed", "withheld"})
RUNNING: frozenset[str] = frozenset({"queued", "streaming"})


@dataclass(frozen=True, slots=True)
class Visitor:
    """A reader or writer of one site."""

    id: str
    site: str
    kind: AuthorKind
    name: str
    avatar_url: str | None = None
    daily_answers: str | None = None
    blocked: bool = False
    blocked_until: int | None = None
    """When the ban ends; None: never."""
    shadow: bool = False
    """Whether what they write is hidden from everybody else, and they do not notice."""
    trusted: bool = False
    """Whether the owner has said that nothing of theirs needs to be looked at."""
    credentials: int = 0
    """Moved on by whatever ends what is open (`accounts/credentials_store.py`)."""

    def is_blocked(self, now: int) -> bool:
        """Whether a ban is in effect."""
        return self.blocked and (self.blocked_until is None or self.blocked_until > now)

    def is_unseen(self, now: int) -> bool:
        """Whether a shadow ban is in effect."""
        return self.shadow and self.is_blocked(now)

    def public(self) -> dict[str, Any]:
        """What the visitor's own browser receives."""
        return {"id": self.id, "name": self.name, "kind": self.kind, "avatar_url": self.avatar_url}


def promised_retry(error: str | None, retry_at: int | None) -> str | None:
    """When a failed answer is retried automatically, as the API states it; None while a key is missing."""
    return None if retry_at is None or error == "auth" else iso(retry_at)


BY_AI, FROM_SITE = "AI", "From this site"
"""What the API calls the author of an answer: a model, or nobody but the site's own pages."""


def answerer(provider: str) -> str:
    """The author's name of an answer by this provider."""
    return FROM_SITE if provider == "quote" else BY_AI


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer of an AI reply."""

    state: AnswerState
    question_id: str
    model: str = ""
    provider: str = ""
    sources: tuple[Source, ...] = ()
    verified_by_owner: bool = False
    certainty: float | None = None
    """How likely the passages were to answer, from 0 to 1; None where nobody has looked."""
    retry_at: int | None = None
    error: str | None = None
    outdated: bool = False
    revised_at: int | None = None
    supported: bool | None = None
    """Whether the site's own words bear every sentence; None where that was not looked at."""
    support_reason: str = ""
    """Why they do not (`core/grounding/review.py`)."""

    @property
    def corrected(self) -> bool:
        """Whether its text is the owner's."""
        return self.verified_by_owner and self.revised_at is not None

    @property
    def digital_source_type(self) -> str | None:
        """The IPTC type of its text."""
        return digital_source_type(
            self.provider, state=self.state, verified=self.verified_by_owner, revised=self.revised_at is not None
        )

    def public(self, *, with_sources: bool = True) -> dict[str, Any]:
        """Its API form."""
        return {
            "state": self.state,
            "digital_source_type": self.digital_source_type if with_sources else None,
            "sources": [source.public() for source in self.sources] if with_sources else [],
            "supported": self.supported if with_sources else None,
            "support_reason": self.support_reason if with_sources else "",
            "certainty": self.certainty,
            "model": self.model,
            "provider": self.provider,
            "verified_by_owner": self.verified_by_owner,
            "question_id": self.question_id,
            "retry_at": promised_retry(self.error, self.retry_at),
            "error": self.error,
            "outdated": self.outdated,
            "revised_at": None if self.revised_at is None else iso(self.revised_at),
        }


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment of a thread; AI replies are comments with an `answer`."""

    id: str
    site: str
    page: str
    parent_id: str | None
    root_id: str
    depth: int
    author_id: str | None
    author_name: str
    author_kind: AuthorKind
    avatar_url: str | None
    body: str
    html: str
    state: CommentState
    created_at: int
    edited_at: int | None = None
    up: int = 0
    down: int = 0
    pinned: bool = False
    answer: Answer | None = None
    replies: list[Comment] = field(default_factory=list)
    cut: bool = False
    """Whether its text is only the beginning."""

    def public(self) -> dict[str, Any]:
        """Its API form. Removed comments keep their place without text and author; the text of a draft that waits for
        the owner is withheld."""
        gone = self.state in ("deleted", "hidden")
        draft = self.state == "pending" and self.answer is not None
        return {
            "id": self.id,
            "page": self.page,
            "parent_id": self.parent_id,
            "author": {
                "id": "" if gone else self.author_id or "",
                "name": "" if gone else self.author_name,
                "kind": self.author_kind,
                "avatar_url": None if gone else self.avatar_url,
            },
            "body": "" if gone or draft else self.body,
            "html": "" if gone or draft else self.html,
            "state": self.state,
            "created_at": iso(self.created_at),
            "edited_at": None if self.edited_at is None else iso(self.edited_at),
            "votes": {"up": self.up, "down": self.down},
            "pinned": self.pinned and not gone,
            "answer": None if self.answer is None or gone else self.answer.public(with_sources=not draft),
            "replies": [reply.public() for reply in self.replies],
        } | ({"cut": True} if self.cut else {})
