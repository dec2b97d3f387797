"""An identity as an issuer reports it. Its key is (site, issuer, subject), never an email address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...core.comments import is_text, keepable

SUBJECT_LIMIT = 255


@dataclass(frozen=True, slots=True)
class Profile:
    """What an issuer says of somebody. Only issuer and subject are certain; `email` is given only when verified."""

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
    """A text as an issuer says it; empty for anything that is none, too long, or not to be kept."""
    return value if isinstance(value, str) and len(value) <= limit and is_text(value) else ""


def said_name(value: Any) -> str:
    """As `said`, but a name may have been cut within a character, and is kept up to there."""
    return said(keepable(value)) if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True)
class NewIds:
    """Ids made before the write, which may be run again."""

    visitor: str
    identity: str
