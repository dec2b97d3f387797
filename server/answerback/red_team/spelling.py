"""Spellings that evade a text search, and invisible characters."""

from __future__ import annotations

import base64
import binascii
import codecs
import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

_LOOK_LIKE_NOTHING = set("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_PREFIXES = set("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")
"""Characters of Arabic, Syriac and Kaithi that Unicode classes as format characters, but that are visible."""
_JOINERS = "\u200c\u200d"
_BASE64 = re.compile(r"[A-Za-z0-9+/]{12,}={0,2}")
_HEX = re.compile(r"(?:[0-9a-f]{2}[ :]?){8,}", re.IGNORECASE)
_PART = re.compile(r"HANGUL (?:LETTER|CHOSEONG|JUNGSEONG|JONGSEONG) (\S+)")


def folded(text: str) -> str:
    """A text normalised for comparison: case, whitespace and width are ignored."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().replace("’", "'").split())


def spellings(text: str) -> Mapping[str, str]:
    """The text in several readings: unchanged, letters only, reversed, and decoded."""
    plain = folded(text)
    letters = _letters(plain)
    return {
        "plain": plain,
        "letters": letters,
        "backwards": letters[::-1],
        "rot13": codecs.encode(letters, "rot13"),
        "base64": _letters(" ".join(_decoded(part) for part in _BASE64.findall(text))),
        "hex": _letters(" ".join(_unhexed(part) for part in _HEX.findall(text))),
        "apart": _letters(apart(plain)),
    }


def unseen(text: str) -> set[str]:
    """The invisible characters of a text: controls, direction marks, tags, selectors, fillers. A joiner counts if it
    follows a letter whose script has no use for it."""
    found = {character for character in set(text) if _is_unseen(character)}
    for match in re.finditer(f"(.?)[{_JOINERS}]", text, re.DOTALL):
        if not match[1] or match[1] < "\u0600" or "\uac00" <= match[1] <= "\ud7a3" or match[1] in _JOINERS:
            found.add(match[0][-1])
    return found


def _is_unseen(character: str) -> bool:
    if character in "\n\t" or character in _JOINERS or character in _PREFIXES:
        return False
    selects = "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"
    return selects or character in _LOOK_LIKE_NOTHING or unicodedata.category(character) in ("Cc", "Cf")


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def apart(text: str) -> str:
    """Hangul decomposed into separate letters, as when typed apart; everything else unchanged."""
    return "".join(map(_alone, unicodedata.normalize("NFD", text)))


@lru_cache(maxsize=4_096)
def _alone(letter: str) -> str:
    name = _PART.fullmatch(unicodedata.name(letter, ""))
    return unicodedata.lookup(f"HANGUL LETTER {name[1]}") if name else letter


def _decoded(text: str) -> str:
    try:
        return folded(base64.b64decode(text + "=" * (-len(text.rstrip("=")) % 4)).decode())
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _unhexed(text: str) -> str:
    try:
        return folded(bytes.fromhex(re.sub(r"[ :]", "", text)).decode())
    except (ValueError, UnicodeDecodeError):
        return ""
