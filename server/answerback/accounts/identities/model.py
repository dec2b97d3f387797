"""An identity as an issuer reports it. Its key is (site, issuer, subject), never an email address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...core.comments import is_text, keepable

SUBJECT_LIMIT = 255


@dataclass(frozen=True, slots=True)
class Profile:
    """An issuer's claims about a user. Only issuer and subject are certain; `email` is set only if verified."""

    issuer: str
    subject: str
    name: str = ""
    email: str | None = None
    picture: str = ""

    def __post_init__(self) -> None:
        if (
            not self.issuer
            or not self.subject.strip()
            or len(self.subject) > SUBJECT_LIMIT
            or not is_text(self.subject)
        ):
            raise ValueError("an identity has an issuer and a subject")


def said(value: Any, limit: int = 2_000) -> str:
    """A claim as text; empty if it is not text, too long, or cannot be stored."""
    return value if isinstance(value, str) and len(value) <= limit and is_text(value) else ""


def said_name(value: Any) -> str:
    """Like `said`, but keeps a name that was cut within a character up to there."""
    return said(keepable(value)) if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True)
class NewIds:
    """Ids made before the write, since the write may be retried."""

    visitor: str
    identity: str
