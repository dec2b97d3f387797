"""The texts of each language: `locales/xx.json`, loaded on first use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from ..errors import AppError
from . import cldr

LOCALES = Path(__file__).parent / "locales"
DEFAULT = "en"
PLURAL_CATEGORIES = frozenset({"zero", "one", "two", "few", "many", "other"})
TAGS_LIMIT = 20
"""The number of languages read from an `Accept-Language` header."""

Entry = str | Mapping[str, str]


class Texts:
    """The texts of one area in one language. `texts["save"]` returns a text as it is, `texts("add", provider="GitHub")`
    fills in values, and `texts.counted("tokens", 1200)` picks the plural form. Nested texts have dotted names."""

    def __init__(self, lang: str, area: str) -> None:
        self.lang = lang
        self._area = area
        self._all = entries(lang)

    def __getitem__(self, name: str) -> str:
        entry = self._all[f"{self._area}.{name}"]
        if not isinstance(entry, str):
            raise KeyError(f"{self._area}.{name} has forms for numbers: use counted()")
        return entry

    def __call__(self, name: str, /, **values: str) -> str:
        """The text with this name, placeholders filled in. Raises KeyError for a missing one."""
        return self[name].format(**values)

    def counted(self, name: str, n: int, /, **values: str) -> str:
        """The plural form of a text for a number."""
        forms = self._all[f"{self._area}.{name}"]
        assert not isinstance(forms, str), f"{self._area}.{name} has no forms for numbers"
        form = forms.get(cldr.plural_category(self.lang, n), forms["other"])
        return form.format(n=cldr.number(self.lang, n), **values)


def direction(lang: str) -> str:
    """`ltr` or `rtl`."""
    return str(entries(negotiate(lang))["direction"])


def own_name(lang: str) -> str:
    """A language's name in that language."""
    return str(entries(lang)["name"])


@cache
def languages() -> tuple[str, ...]:
    """The languages with a file, as lower-case tags."""
    return tuple(sorted(path.stem for path in LOCALES.glob("*.json")))


@cache
def owner_languages() -> tuple[str, ...]:
    """The languages that the owners' pages are available in."""
    return tuple(lang for lang in languages() if any(name.startswith("admin.") for name in own_entries(lang)))


@cache
def _other_tags() -> Mapping[str, str]:
    """Tags that map to a language without starting with its tag, such as `zh-tw` for `zh-hant`."""
    return {tag: lang for lang in languages() for tag in _file(lang).get("also", ())}


def texts(lang: str, area: str) -> Texts:
    """The texts of an area, such as `mail`, in a tag's language, or in English."""
    return _texts(negotiate(lang), area)


@cache
def _texts(lang: str, area: str) -> Texts:
    return Texts(lang, area)


def negotiate(*wanted: str, among: tuple[str, ...] | None = None) -> str:
    """The first available language, or the first `among` these, from these tags and `Accept-Language` headers in order;
    else English."""
    return _first_of(wanted, languages() if among is None else among) or DEFAULT


def has_language(tag: str) -> bool:
    """Whether there is a file for a language tag, or for its base language."""
    return bool(_first_of((tag,), languages()))


def _first_of(wanted: Iterable[str], known: tuple[str, ...]) -> str:
    for text in wanted:
        for tag in _by_preference(text):
            while tag:
                tag = _other_tags().get(tag, tag)
                if tag in known:
                    return tag
                tag = tag.rpartition("-")[0]
    return ""


def error_text(error: AppError, lang: str) -> str:
    """The sentence that our pages show for an error."""
    return texts(lang, "errors")(error.reason, **error.values)


def flattened(data: Mapping[str, Any], before: str = "") -> dict[str, Entry]:
    """Every text by its dotted name; plural forms stay together."""
    found: dict[str, Entry] = {}
    for name, value in data.items():
        if isinstance(value, str) or ("other" in value and value.keys() <= PLURAL_CATEGORIES):
            found[before + name] = value
        else:
            found |= flattened(value, f"{before}{name}.")
    return found


@cache
def entries(lang: str) -> Mapping[str, Entry]:
    """Every text of a language by its dotted name; texts that only owners read may be English."""
    return own_entries(lang) if lang == DEFAULT else {**entries(DEFAULT), **own_entries(lang)}


@cache
def own_entries(lang: str) -> Mapping[str, Entry]:
    """The texts in a language's own file."""
    return flattened({name: value for name, value in _file(lang).items() if name != "also"})


def _file(lang: str) -> dict[str, Any]:
    return dict(orjson.loads((LOCALES / f"{lang}.json").read_bytes()))


def _by_preference(text: str) -> list[str]:
    """The tags of a header in lower case, by preference, without those that are refused."""
    weighed = []
    for part in text.split(",")[:TAGS_LIMIT]:
        tag, *parameters = (piece.strip() for piece in part.lower().split(";"))
        quality = next((piece[2:] for piece in parameters if piece.startswith("q=")), "1")
        try:
            weighed.append((float(quality), tag.replace("_", "-")))
        except ValueError:
            continue
    return [tag for quality, tag in sorted(weighed, key=lambda pair: -pair[0]) if quality > 0]
