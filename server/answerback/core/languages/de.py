"""German: sentence ends."""

from __future__ import annotations

from .language import Claims, Language

GERMAN = Language(
    tag="de",
    asks_within=300,
    consent=r"verwende\w* (?:\w+ )?cookies|cookies (?:zu|akzeptieren)",
    claims=Claims(sources=r"quellen?|abschnitt"),
)
