"""Fingerprints that find near-duplicate texts.

One-permutation minwise hashing (P. Li, A. Owen, C. Zhang, 2012): pieces of the text fall into bins by their hash, and
the least hash of each bin is as likely the same in two texts as a piece is common to both. Prints are made of two bins
each, so that unrelated texts share none.
"""

from __future__ import annotations

import zlib

from .reading import fold

PIECE = 4
"""Letters of a piece; of the languages that are written in syllables or words, that many of these."""
BINS = 12
PRINTS = BINS // 2
FEWEST_PIECES = 20
"""A shorter text is said by many people: "Thank you", "Great post"."""
MOST_LETTERS = 1_000
SAME = 2
"""Prints that two texts share which are nearly the same: with a fifth of the pieces changed they do so in 97 of 100
cases, with no more than a fifth in common in 3."""


def prints(text: str) -> tuple[int, ...]:
    """Fingerprints of a text, each below 2**35; none for a short one. Digits, punctuation and addresses are ignored."""
    said = "".join(
        "".join(letter for letter in word if letter.isalpha())
        for word in fold(text[: 3 * MOST_LETTERS]).split() if "://" not in word and not word.startswith("www.")
    )[:MOST_LETTERS]  # fmt: skip
    pieces = {said[at : at + PIECE] for at in range(len(said) - PIECE + 1)}
    if len(pieces) < FEWEST_PIECES:
        return ()
    least: list[int | None] = [None] * BINS
    for piece in pieces:
        value, place = divmod(zlib.crc32(piece.encode()), BINS)
        before = least[place]
        if before is None or value < before:
            least[place] = value
    filled = [_next(least, place) for place in range(BINS)]
    return tuple(
        number << 32 | zlib.crc32(f"{filled[2 * number]} {filled[2 * number + 1]}".encode()) for number in range(PRINTS)
    )


def _next(least: list[int | None], place: int) -> int:
    """The value in a bin; an empty bin takes the next one's."""
    for step in range(BINS):
        value = least[(place + step) % BINS]
        if value is not None:
            return value
    raise AssertionError("a text has pieces")
