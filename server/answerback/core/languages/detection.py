"""Which language a text is in, as far as it matters here."""

from __future__ import annotations


def language_of(text: str) -> str:
    """`ko` for a text with a good share of Hangul, else `en`."""
    letters = [character for character in text if character.isalpha()]
    hangul = sum(1 for character in letters if "\uac00" <= character <= "\ud7a3" or "\u3131" <= character <= "\u318e")
    return "ko" if letters and hangul / len(letters) > 0.2 else "en"
